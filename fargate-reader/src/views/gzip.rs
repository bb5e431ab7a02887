//! Gzip bodies of parts that were compressed once.
//!
//! A gzip body is a header, compressed data, and the checksum and length of the text. The data may be any sequence of
//! parts that were compressed on their own, if each ends at a byte boundary. So all clients share the compressed parts, and
//! no connection needs a compressor.

use std::io::Write;

use axum::body::Bytes;
use crc32fast::Hasher;
use flate2::Compression;
use flate2::write::DeflateEncoder;

/// The beginning of every gzip body: its magic number, deflate as the method, no time and no name.
pub(crate) const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff];

/// The number of bytes that follow the last part.
pub(crate) const END: usize = 10;

/// The last block of the data, which is empty.
const LAST_BLOCK: [u8; 2] = [3, 0];

/// The polynomial of the checksum, with the highest power in the lowest bit.
const POLYNOMIAL: u32 = 0xedb8_8320;

/// The polynomial 1.
const ONE: u32 = 0x8000_0000;

/// The largest text of an uncompressed block.
const MAX_STORED: usize = u16::MAX as usize;

/// A compressed part.
#[derive(Debug)]
pub(crate) struct Deflated {
    pub(crate) bytes: Bytes,
    checksum: u32,
    /// The factor by which a checksum grows when this part is added behind it.
    shift: u32,
    /// The length of the text.
    length: usize,
}

/// The checksum of a gzip body, of all parts up to now, and their length.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Checksum {
    checksum: u32,
    length: u32,
}

/// Compresses a part. It depends on nothing before it and ends at a byte boundary.
pub(super) fn deflate(text: &[u8]) -> Deflated {
    let (checksum, shift) = (crc32fast::hash(text), shift(text.len() as u64));
    let mut encoder = DeflateEncoder::new(Vec::with_capacity(text.len() / 2), Compression::default());
    let bytes = match encoder.write_all(text).and_then(|()| encoder.flush()) {
        Ok(()) => std::mem::take(encoder.get_mut()),
        // A vector takes everything. If it ever did not, the text would still be right.
        Err(_) => stored(text),
    };
    Deflated { bytes: bytes.into_boxed_slice().into(), checksum, shift, length: text.len() }
}

/// Returns text as a part that is not compressed, for text that is different for each client.
pub(crate) fn stored(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len() + 5 + END);
    for block in text.chunks(MAX_STORED) {
        let length = u16::try_from(block.len()).unwrap_or(u16::MAX);
        bytes.push(0);
        bytes.extend_from_slice(&length.to_le_bytes());
        bytes.extend_from_slice(&(!length).to_le_bytes());
        bytes.extend_from_slice(block);
    }
    bytes
}

impl Checksum {
    /// Includes a compressed part, and returns its bytes.
    pub(crate) fn add(&mut self, part: &Deflated) -> Bytes {
        self.checksum = multiply(part.shift, self.checksum) ^ part.checksum;
        self.grow(part.length);
        part.bytes.clone()
    }

    /// Includes text that is not compressed.
    pub(crate) fn add_text(&mut self, text: &[u8]) {
        let mut hasher = Hasher::new_with_initial(self.checksum);
        hasher.update(text);
        self.checksum = hasher.finalize();
        self.grow(text.len());
    }

    /// Returns the end of the body.
    pub(crate) fn end(self) -> [u8; END] {
        let ([a, b], [c, d, e, f]) = (LAST_BLOCK, self.checksum.to_le_bytes());
        let [g, h, i, j] = self.length.to_le_bytes();
        [a, b, c, d, e, f, g, h, i, j]
    }

    // The format counts modulo 2^32.
    fn grow(&mut self, length: usize) {
        self.length = self.length.wrapping_add((length & u32::MAX as usize) as u32);
    }
}

/// Returns the factor for a part of this length. It is found once for each part, because that takes a hundred times as long
/// as its use.
fn shift(length: u64) -> u32 {
    let mut one = Hasher::new_with_initial(ONE);
    one.combine(&Hasher::new_with_initial_len(0, length));
    one.finalize()
}

/// Multiplies two polynomials modulo that of the checksum.
fn multiply(a: u32, mut b: u32) -> u32 {
    let mut product = 0;
    for bit in (0..u32::BITS).rev() {
        product ^= b & (a >> bit & 1).wrapping_neg();
        b = (b >> 1) ^ (POLYNOMIAL & (b & 1).wrapping_neg());
    }
    product
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use flate2::read::GzDecoder;

    use super::*;

    #[test]
    fn parts_in_any_order_are_a_valid_body() {
        let noise: Vec<u8> = (0..100_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        let texts = [&b"one one one"[..], b"", &[b'x'; 200_000], &noise, b"\xff"];
        for first in 0..texts.len() {
            let (mut checksum, mut body, mut expected) = (Checksum::default(), HEADER.to_vec(), Vec::new());
            for text in texts[first..].iter().chain(&texts[..first]).chain(&texts) {
                body.extend_from_slice(&checksum.add(&deflate(text)));
                body.extend_from_slice(&stored(&noise));
                checksum.add_text(&noise);
                expected.extend_from_slice(text);
                expected.extend_from_slice(&noise);
            }
            body.extend_from_slice(&checksum.end());
            let mut decoded = Vec::new();
            GzDecoder::new(&body[..]).read_to_end(&mut decoded).unwrap();
            assert!(decoded == expected, "beginning with {first}");
        }
    }
}
