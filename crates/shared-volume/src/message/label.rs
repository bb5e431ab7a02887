//! Labels: the classes that a model found in the picture of a message.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::Refusal;
use crate::limits::{MAX_CLASS_CHARS, MAX_CLASSES};
use crate::time::millis;

/// A label record of the log. It adds the classes of its picture to one message.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Label {
    /// The id of the message. It is the first field because records are recognised by their first bytes.
    pub labels: String,
    /// The time at which the function wrote the record.
    #[serde(with = "millis")]
    pub at: Timestamp,
    /// The findings.
    #[serde(flatten)]
    pub findings: Findings,
    /// The event id with its source, `<source>:<id>`. It is the last field because complete records end with it.
    pub event: String,
}

/// The classes that a model found in a picture, or the reason why it found none.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Findings {
    /// The classes with their probabilities, the most probable first; at most [`MAX_CLASSES`]. Empty after a failure.
    #[serde(default)]
    pub classes: Vec<(String, f32)>,
    /// The name of the model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// The time that the classification took, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub took_ms: Option<u32>,
    /// True for the first picture of an environment, which takes longer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub first: bool,
    /// The time that it took to load the model, in milliseconds; only with the first picture.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub load_ms: Option<u32>,
    /// The reason why the picture has no classes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
}

impl Findings {
    /// Checks the lengths and numbers. There are classes or a fault, and not both.
    ///
    /// # Errors
    /// Returns [`Refusal::Label`] with the first fault.
    pub fn check(&self) -> Result<(), Refusal> {
        let is_text = |text: &str| {
            let chars = text.chars().count();
            (1..=MAX_CLASS_CHARS).contains(&chars) && !text.chars().any(char::is_control)
        };
        let is_class = |(name, probability): &(String, f32)| is_text(name) && (0.0..=1.0).contains(probability);
        if self.classes.len() > MAX_CLASSES || !self.classes.iter().all(is_class) {
            return Err(Refusal::Label("classes"));
        }
        if self.classes.is_empty() == self.fault.is_none() || !self.fault.as_deref().is_none_or(is_text) {
            return Err(Refusal::Label("fault"));
        }
        if self.model.as_deref().is_none_or(is_text) { Ok(()) } else { Err(Refusal::Label("model")) }
    }
}
