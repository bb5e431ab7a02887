//! Digests. Everything on the volume that depends on a hash uses SHA-256, so that all builds agree.

use sha2::{Digest as _, Sha256};

/// The first 16 bytes of a SHA-256 digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Digest(pub(crate) [u8; 16]);

impl Digest {
    /// Digests `parts` in order. Each part is preceded by its length, so that different parts have different digests.
    pub(crate) fn of(parts: &[&[u8]]) -> Self {
        let mut hasher = Hasher::default();
        for part in parts {
            hasher.update(&(part.len() as u64).to_be_bytes());
            hasher.update(part);
        }
        hasher.finish()
    }

    /// Returns the first eight bytes as a number.
    pub(crate) fn short(self) -> u64 {
        let [a, b, c, d, e, f, g, h, ..] = self.0;
        u64::from_be_bytes([a, b, c, d, e, f, g, h])
    }

    /// Returns the digest as 32 hexadecimal digits.
    pub(crate) fn to_hex(self) -> String {
        format!("{:032x}", u128::from_be_bytes(self.0))
    }
}

/// Computes the digest of bytes that arrive piece by piece.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hasher(Sha256);

impl Hasher {
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Returns the digest of all bytes so far and starts again.
    pub(crate) fn take(&mut self) -> Digest {
        std::mem::take(self).finish()
    }

    fn finish(self) -> Digest {
        let mut first = [0; 16];
        first.copy_from_slice(&self.0.finalize()[..16]);
        Digest(first)
    }
}
