//! NTS-Net ("Learning to Navigate for Fine-grained Classification", 2018), the model of the 2020 blog post.
//!
//! The backbone proposes parts of the picture by a score for each of 1,614 fixed rectangles, the anchors. The best ones that
//! overlap little are cut out, the part network looks at each, and the head decides on all of them and the whole picture.

mod anchors;
mod crops;
mod suppression;

use std::path::Path;

use anyhow::{Context, bail};
use tract_onnx::Onnx;
use tract_onnx::prelude::TractResult;

use self::anchors::{SIDE, anchors};
use self::crops::crop;
use self::suppression::best;
use super::network::Network;
use super::preprocess::Tensor;
use super::threads::divided;

/// The side of a part, in pixels.
const PART: usize = 224;

/// The number of parts that the head uses. In training the network has two more.
const PARTS: usize = 4;

/// The number of features of the picture, and of each part.
const FEATURES: usize = 2048;

/// The three networks.
#[derive(Debug)]
pub(super) struct NtsNet {
    backbone: Network,
    part: Network,
    head: Network,
}

impl NtsNet {
    /// Loads the networks of a model's directory.
    ///
    /// # Errors
    /// Returns the fault of a file.
    pub(super) fn load(loader: &Onnx, directory: &Path) -> TractResult<Self> {
        let network = |name: &str, input: &[usize]| {
            let network = Network::load(loader, &directory.join(name), input).with_context(|| name.to_owned())?;
            network.check_outputs().with_context(|| name.to_owned())?;
            TractResult::Ok(network)
        };
        Ok(Self {
            backbone: network("backbone.onnx", &[1, 3, SIDE, SIDE])?,
            part: network("part.onnx", &[1, 3, PART, PART])?,
            head: network("head.onnx", &[1, FEATURES * (PARTS + 1)])?,
        })
    }

    /// Returns the number of classes, if it is known.
    pub(super) fn classes(&self) -> Option<usize> {
        self.head.classes()
    }

    /// Returns the logits of the classes.
    ///
    /// # Errors
    /// Returns an error if a network returns values of another number than this architecture has.
    pub(super) fn run(&self, picture: &Tensor) -> TractResult<Vec<f32>> {
        let outputs = self.backbone.run(&[1, 3, SIDE, SIDE], &picture.values)?;
        let [scores, feature] = &outputs[..] else { bail!("backbone.onnx: must have the outputs scores and feature") };
        let anchors = anchors();
        if scores.len() != anchors.len() || feature.len() != FEATURES {
            bail!("backbone.onnx: must return {} scores and {FEATURES} features", anchors.len());
        }
        // Each thread looks at its parts one after another: a batch of them is slower with this engine.
        let parts = divided(&best(scores, &anchors, PARTS), |anchor| {
            let part = self.part.run(&[1, 3, PART, PART], &crop(picture, anchor, PART))?;
            Ok(part.into_iter().next().unwrap_or_default())
        })?;
        let mut features = parts.concat();
        features.extend(feature);
        if features.len() != FEATURES * (PARTS + 1) {
            bail!("part.onnx: must return {FEATURES} features");
        }
        let outputs = self.head.run(&[1, features.len()], &features)?;
        Ok(outputs.into_iter().next().unwrap_or_default())
    }
}
