//! The digests of commands. A retry of an event has the same digest as its first attempt.

use crate::digest::Digest;

/// Returns the digest of a post.
pub(crate) fn post(author: Option<&str>, text: &str) -> Digest {
    match author {
        Some(author) => Digest::of(&[b"post", text.as_bytes(), author.as_bytes()]),
        None => Digest::of(&[b"post", text.as_bytes()]),
    }
}

/// Returns the digest of a removal.
pub(crate) fn removal(id: &str) -> Digest {
    Digest::of(&[b"remove", id.as_bytes()])
}

/// Returns the digest of a clear.
pub(crate) fn clear() -> Digest {
    Digest::of(&[b"clear"])
}

/// Returns the digest of a request to publish a configuration, given as canonical JSON.
pub(crate) fn configuration(request: &[u8]) -> Digest {
    Digest::of(&[b"configuration", request])
}
