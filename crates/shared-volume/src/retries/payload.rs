//! The digests of commands. A retry of an event has the same digest as its first attempt.

use ulid::Ulid;

use crate::digest::Digest;

/// Returns the digest of a post.
pub(crate) fn post(author: Option<&str>, text: &str, picture: Option<&str>) -> Digest {
    let picture = picture.map(|picture| ["picture", picture]);
    let parts = ["post", text].into_iter().chain(author).chain(picture.into_iter().flatten());
    Digest::of(&parts.map(str::as_bytes).collect::<Vec<_>>())
}

/// Returns the digest of a label. It does not depend on the findings: another attempt to classify the same picture may take
/// longer.
pub(crate) fn label(id: &str) -> Digest {
    Digest::of(&[b"label", id.as_bytes()])
}

/// Returns the digest of a removal.
pub(crate) fn removal(id: &str) -> Digest {
    Digest::of(&[b"remove", id.as_bytes()])
}

/// Returns the digest of a clear.
pub(crate) fn clear() -> Digest {
    Digest::of(&[b"clear"])
}

/// Returns the digest of the restoration of a cleared wall.
pub(crate) fn restoration(wall: Ulid) -> Digest {
    Digest::of(&[b"restore", &wall.to_bytes()])
}

/// Returns the digest of a request to publish a configuration, given as canonical JSON.
pub(crate) fn configuration(request: &[u8]) -> Digest {
    Digest::of(&[b"configuration", request])
}

/// Returns the digest of a request to publish a file, given as JSON.
pub(crate) fn file(request: &[u8]) -> Digest {
    Digest::of(&[b"file", request])
}
