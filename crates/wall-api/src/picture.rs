//! The classification of pictures: requests to the inference function and its answers.

use serde::{Deserialize, Serialize};
use shared_volume::message::Picture;

/// Asks the inference function to classify the picture of a message. Lambda passes the answer on to the writer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassifyPicture {
    /// The id of the message.
    pub message: String,
    /// The picture of the message.
    pub picture: Picture,
}

/// The classes that a model found in a picture, with the times that it took.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Classified {
    /// The classes, the most probable first.
    pub classes: Vec<Class>,
    /// The name of the model.
    pub model: String,
    /// The times.
    pub timing: Timing,
}

/// A class with its probability.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Class {
    /// The name of the class.
    pub class: String,
    /// The probability: 0 to 1.
    pub probability: f32,
}

/// The times of a classification, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timing {
    /// The time that it took to load the model, once for each environment.
    pub load_ms: u32,
    /// The time to read and decode the picture.
    pub decode_ms: u32,
    /// The time to classify it.
    pub inference_ms: u32,
    /// True for the first picture that the environment classified with this model.
    pub first: bool,
}
