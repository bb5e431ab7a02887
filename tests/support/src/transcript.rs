//! The commands of the blog post of 2020 and the answers that it prints.

use serde::Deserialize;

/// A command of the blog post.
#[derive(Debug, Clone, Deserialize)]
pub struct Step {
    /// The HTTP method.
    pub method: String,
    /// The body of the request, of the type `text/plain`.
    pub body: String,
    /// The body of the answer, byte for byte.
    pub answer: String,
}

/// Returns the six commands of the blog post, in order, on a wall that is empty. They are in `transcript.json`.
///
/// # Panics
/// Panics if the file is not a list of commands.
#[must_use]
#[expect(clippy::expect_used, reason = "the file is part of the repository")]
pub fn transcript() -> Vec<Step> {
    serde_json::from_str(include_str!("../transcript.json")).expect("transcript.json is a list of commands")
}
