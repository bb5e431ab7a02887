//! The facts that Rust, TypeScript and JavaScript share.

use serde_json::Value;

/// Returns `contract.json` as it was when the tests were built.
///
/// # Panics
/// Panics if the file is not JSON.
#[must_use]
#[expect(clippy::expect_used, reason = "the file is part of the repository")]
pub fn contract() -> Value {
    serde_json::from_str(include_str!("../../../contract.json")).expect("contract.json is JSON")
}

/// Returns the text at `pointer` in `contract.json`, such as `/routes/reader/events`.
///
/// # Panics
/// Panics if there is no text.
#[must_use]
#[expect(clippy::expect_used, reason = "the test names a fact that the file has")]
pub fn fact(pointer: &str) -> String {
    contract().pointer(pointer).and_then(Value::as_str).expect(pointer).to_owned()
}
