//! The token of the administrator.

use std::fmt;

use subtle::ConstantTimeEq;

/// A secret that is never logged.
#[derive(Clone)]
pub struct AdminToken(String);

impl AdminToken {
    /// Wraps the token that an administrator has to send.
    #[must_use]
    pub fn new(token: String) -> Self {
        Self(token)
    }

    /// Returns true if `sent` is the token. The time that takes does not depend on where they differ.
    pub(crate) fn is(&self, sent: &str) -> bool {
        self.0.as_bytes().ct_eq(sent.as_bytes()).into()
    }
}

impl fmt::Debug for AdminToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AdminToken")
    }
}
