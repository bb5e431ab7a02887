//! The output of a network as classes.

use wall_api::Class;

use super::manifest::{Manifest, Output};

/// The classes of a picture, the most probable first.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer(pub Vec<Class>);

impl Answer {
    /// Returns the answer for the output of a network.
    ///
    /// # Errors
    /// Returns an error if the output has another number of values than there are labels, or a value that is no number.
    pub(super) fn new(output: &[f32], manifest: &Manifest) -> Result<Self, String> {
        if output.len() != manifest.labels.len() {
            return Err(format!(
                "the network has {} classes, and model.json {} labels",
                output.len(),
                manifest.labels.len()
            ));
        }
        if output.iter().any(|value| !value.is_finite()) {
            return Err("the network returned a value that is no number".to_owned());
        }
        let probabilities = match manifest.output {
            Output::Logits => softmax(output),
            Output::Probabilities => output.iter().map(|value| value.clamp(0.0, 1.0)).collect(),
        };
        let mut classes: Vec<Class> = (manifest.labels.iter().zip(probabilities))
            .map(|(class, probability)| Class { class: class.clone(), probability })
            .collect();
        classes.sort_by(|a, b| b.probability.total_cmp(&a.probability));
        Ok(Self(classes))
    }

    /// Returns the `count` most probable classes.
    #[must_use]
    pub fn top(&self, count: usize) -> Vec<Class> {
        self.0.iter().take(count).cloned().collect()
    }
}

fn softmax(logits: &[f32]) -> Vec<f32> {
    // The largest exponent is 0, so that none overflows.
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let exponentials: Vec<f32> = logits.iter().map(|logit| (logit - largest).exp()).collect();
    let sum: f32 = exponentials.iter().sum();
    exponentials.into_iter().map(|value| value / sum).collect()
}
