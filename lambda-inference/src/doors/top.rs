//! The number of classes in an answer.

use crate::error::{Failure, Problem};

/// The largest number of classes in an answer.
const MAX: usize = 100;

/// The number of classes in the label of a message.
pub(super) const OF_LABEL: usize = 5;

/// Parses the number of classes: 1 to 100.
pub(super) fn parse(text: &str) -> Result<usize, Failure> {
    let number = text.parse().ok().filter(|number| (1..=MAX).contains(number));
    number.ok_or_else(|| Failure::in_field(Problem::TopInvalid, "top", format!("must be a number from 1 to {MAX}")))
}
