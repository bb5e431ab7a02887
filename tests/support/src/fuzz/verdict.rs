//! The answer of a parser to an input.

/// The answer of a parser to an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The input was valid.
    Accepted,
    /// The input was refused.
    Refused,
}

impl Verdict {
    /// Returns the verdict of a parser that returned this.
    pub fn of<T, E>(result: &Result<T, E>) -> Self {
        if result.is_ok() { Self::Accepted } else { Self::Refused }
    }
}
