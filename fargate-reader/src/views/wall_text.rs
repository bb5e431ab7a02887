//! The page of the wall, rendered once for all who ask for it.

use std::sync::OnceLock;

use axum::body::Bytes;
use ulid::Ulid;

use super::gzip::{Checksum, HEADER, stored};
use super::text::{Encoding, Text};

/// The length of a compressed page up to which each client gets a copy.
const MAX_COPIED: usize = 16 * 1024;

/// The page of the wall. Those who get it share everything but the key of the form, which is new for each.
#[derive(Debug)]
pub(crate) struct WallText {
    before_key: Text,
    /// The text behind the key; `None` if the form already has one.
    behind_key: Option<Text>,
    gzip: OnceLock<Gzip>,
}

/// The compressed parts of the page.
#[derive(Debug)]
struct Gzip {
    /// The part before the key, and its checksum.
    before_key: Bytes,
    checksum: Checksum,
}

impl WallText {
    pub(super) fn new(before_key: Text, behind_key: Option<Text>) -> Self {
        Self { before_key, behind_key, gzip: OnceLock::new() }
    }

    /// Returns the body of a response, with a key of its own.
    pub(crate) fn body(&self, encoding: Encoding) -> Vec<Bytes> {
        let Some(behind_key) = &self.behind_key else { return self.before_key.body(encoding) };
        let key = Ulid::generate().to_string();
        match encoding {
            Encoding::Plain => {
                let mut body = self.before_key.body(encoding);
                body.push(key.into());
                body.extend(behind_key.body(encoding));
                body
            }
            Encoding::Gzip => self.gzip.get_or_init(|| Gzip::new(&self.before_key)).body(key.as_bytes(), behind_key),
        }
    }
}

impl Gzip {
    fn new(before_key: &Text) -> Self {
        let (mut checksum, mut bytes) = (Checksum::default(), HEADER.to_vec());
        before_key.pieces().iter().for_each(|piece| bytes.extend_from_slice(&checksum.add(piece.deflated())));
        Self { before_key: bytes.into(), checksum }
    }

    fn body(&self, key: &[u8], behind_key: &Text) -> Vec<Bytes> {
        let (mut checksum, stored) = (self.checksum, stored(key));
        checksum.add_text(key);
        let mut body = vec![self.before_key.clone(), stored.into()];
        body.extend(behind_key.pieces().iter().map(|piece| checksum.add(piece.deflated())));
        body.push(Bytes::copy_from_slice(&checksum.end()));
        // To copy a short page costs less than to send it in parts.
        let is_short = body.iter().map(Bytes::len).sum::<usize>() <= MAX_COPIED;
        if is_short { vec![body.concat().into()] } else { body }
    }
}
