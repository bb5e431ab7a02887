//! The bytes of a file, and their form in JSON.

use std::borrow::Cow;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The bytes of a published file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    bytes: Vec<u8>,
    sha256: String,
}

/// The form of bytes in JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Encoding {
    /// The text itself.
    Text,
    /// Base64 with padding, for bytes that are no text.
    Base64,
}

impl Content {
    /// Returns the content with these bytes.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Self {
        Self { sha256: sha256(&bytes), bytes }
    }

    /// Returns the bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns the SHA-256 digest of the bytes, as 64 hexadecimal digits.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// Returns the bytes as a JSON string contains them.
    ///
    /// Control characters make Base64 of a text, because their escapes would make it six times as long.
    pub(super) fn encoded(&self) -> (Encoding, Cow<'_, str>) {
        let is_plain = |byte: &u8| *byte >= b' ' || b"\t\n\r".contains(byte);
        match std::str::from_utf8(&self.bytes) {
            Ok(text) if self.bytes.iter().all(is_plain) => (Encoding::Text, text.into()),
            _ => (Encoding::Base64, BASE64_STANDARD.encode(&self.bytes).into()),
        }
    }

    /// Returns the content that a JSON string contains. `None` if it is no Base64.
    pub(super) fn decoded(encoding: Encoding, text: String) -> Option<Self> {
        match encoding {
            Encoding::Text => Some(Self::new(text.into_bytes())),
            Encoding::Base64 => BASE64_STANDARD.decode(text).ok().map(Self::new),
        }
    }
}

/// Returns the SHA-256 digest of bytes, as 64 hexadecimal digits.
pub(super) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
