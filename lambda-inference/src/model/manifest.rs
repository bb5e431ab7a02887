//! The manifest of a model, `model.json`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shared_volume::limits::MAX_CLASS_CHARS;

/// The largest manifest, in bytes.
pub(super) const MAX_MANIFEST_BYTES: u64 = 1024 * 1024;

/// The largest side of a picture after preprocessing, in pixels.
const MAX_SIDE: u32 = 2048;

/// The other fields of an answer.
const RESERVED: [&str; 6] = ["classes", "model", "timing", "error", "message", "field"];

/// The smallest standard deviation. Values are from 0 to 1.
const MIN_DEVIATION: f32 = 1e-4;

/// The manifest of a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The architecture, which decides on the files.
    pub kind: Kind,
    /// The name of each file that is read, with its SHA-256 as 64 hexadecimal digits.
    pub files: BTreeMap<String, String>,
    /// The preprocessing of a picture.
    pub preprocess: Preprocess,
    /// The meaning of the network's output.
    #[serde(default)]
    pub output: Output,
    /// The name of each class, in the order of the output.
    pub labels: Vec<String>,
    /// The name of the field of the answer that contains the class.
    #[serde(default = "default_answer_field")]
    pub answer_field: String,
    /// The origin of the model and its licence. Not used.
    #[serde(default)]
    pub source: Option<String>,
}

/// The architecture of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// One network, `model.onnx`: a picture becomes one number for each class.
    Classifier,
    /// NTS-Net: `backbone.onnx` proposes parts of the picture, `part.onnx` looks at four of them, `head.onnx` decides.
    NtsNet,
}

/// The meaning of a network's output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Output {
    /// Numbers of which a softmax makes probabilities.
    #[default]
    Logits,
    /// Probabilities.
    Probabilities,
}

/// The preprocessing of a picture. The result has `crop` for its size.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preprocess {
    /// The size to which the picture is resized.
    pub resize: Resize,
    /// The width and height of the middle that is used, in pixels.
    pub crop: [u32; 2],
    /// The mean of each channel, which is subtracted from values from 0 to 1.
    pub mean: [f32; 3],
    /// The standard deviation of each channel, by which the difference is divided.
    pub deviation: [f32; 3],
}

/// The size to which a picture is resized.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Resize {
    /// The width and height in pixels, whatever the proportion.
    Exact([u32; 2]),
    /// The shorter side in pixels. The proportion is kept.
    Shorter(u32),
}

fn default_answer_field() -> String {
    "class".to_owned()
}

impl Kind {
    /// Returns the names of the networks.
    pub(super) fn networks(self) -> &'static [&'static str] {
        match self {
            Self::Classifier => &["model.onnx"],
            Self::NtsNet => &["backbone.onnx", "part.onnx", "head.onnx"],
        }
    }
}

impl Manifest {
    /// Parses a manifest and checks its values.
    ///
    /// # Errors
    /// Names the path of the value that is wrong.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        let mut deserializer = serde_json::Deserializer::from_slice(bytes);
        let manifest: Self = serde_path_to_error::deserialize(&mut deserializer)
            .map_err(|error| format!("model.json: {}: {}", error.path(), error.inner()))?;
        deserializer.end().map_err(|error| format!("model.json: {error}"))?;
        manifest.check().map_err(|fault| format!("model.json: {fault}"))?;
        Ok(manifest)
    }

    fn check(&self) -> Result<(), String> {
        for network in self.kind.networks() {
            if !self.files.contains_key(*network) {
                return Err(format!("files: lacks {network}"));
            }
        }
        for (name, digest) in &self.files {
            // A file of the model is directly in its directory.
            if name.is_empty() || name.starts_with('.') || name.contains('/') {
                return Err(format!("files: {name:?} is no name of a file"));
            }
            if digest.len() != 64 || !digest.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
                return Err(format!("files.{name}: must be 64 lower-case hexadecimal digits"));
            }
        }
        if self.labels.is_empty() {
            return Err("labels: is empty".to_owned());
        }
        if let Some(at) = self.labels.iter().position(|label| !is_class(label)) {
            return Err(format!("labels.{at}: must have 1 to {MAX_CLASS_CHARS} characters on one line"));
        }
        if self.answer_field.is_empty() || RESERVED.contains(&self.answer_field.as_str()) {
            return Err(format!("answer_field: must not be empty or one of {}", RESERVED.join(", ")));
        }
        self.preprocess.check(self.kind)
    }
}

/// Returns true if the wall accepts this name of a class.
fn is_class(label: &str) -> bool {
    (1..=MAX_CLASS_CHARS).contains(&label.chars().count()) && !label.chars().any(char::is_control)
}

impl Preprocess {
    fn check(&self, kind: Kind) -> Result<(), String> {
        let resized = match self.resize {
            Resize::Exact(size) => size,
            Resize::Shorter(side) => [side; 2],
        };
        let fits = |side: &u32| (1..=MAX_SIDE).contains(side);
        if !resized.iter().all(fits) {
            return Err(format!("preprocess.resize: must be 1 to {MAX_SIDE} pixels"));
        }
        if !self.crop.iter().all(fits) {
            return Err(format!("preprocess.crop: must be 1 to {MAX_SIDE} pixels"));
        }
        if kind == Kind::NtsNet && self.crop != [448, 448] {
            return Err("preprocess.crop: must be [448, 448] for nts-net".to_owned());
        }
        let is_of_value = |value: &f32| value.abs() <= 1.0;
        if !self.mean.iter().all(is_of_value) {
            return Err("preprocess.mean: must be -1 to 1, because the values are 0 to 1".to_owned());
        }
        if !self.deviation.iter().all(|value| (MIN_DEVIATION..=1e3).contains(value)) {
            return Err(format!("preprocess.deviation: must be {MIN_DEVIATION} to 1000"));
        }
        Ok(())
    }
}
