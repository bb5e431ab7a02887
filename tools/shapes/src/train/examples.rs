//! Pictures with their right answers.

use image::RgbImage;

use crate::draw::{picture, poster};
use crate::network::Network;
use crate::preprocess::{PreprocessError, SIDE, preprocess};
use crate::shape::Shape;

/// A preprocessed picture and the place of its shape in [`Shape::ALL`].
#[derive(Debug)]
pub(super) struct Example {
    pub(super) input: Vec<f32>,
    pub(super) class: usize,
}

/// The sizes of the drawn pictures. All become square.
const SIZES: [(u32, u32); 5] = [(128, 96), (96, 128), (112, 112), (144, 81), (120, 80)];

/// Draws examples of all shapes. Every fourth is a poster.
pub(super) fn drawn(count: usize, rng: &mut fastrand::Rng) -> Result<Vec<Example>, PreprocessError> {
    let example = |number: usize| {
        let class = number % Shape::ALL.len();
        let (width, height) = SIZES[rng.usize(..SIZES.len())];
        let draw = if rng.u8(..4) == 0 { poster } else { picture };
        Ok(Example { input: preprocess(&draw(Shape::ALL[class], rng.u64(..), width, height))?, class })
    };
    (0..count).map(example).collect()
}

/// Returns `count` pictures that no training with this seed has seen, each with its shape.
pub fn fresh(seed: u64, count: usize, width: u32, height: u32) -> impl Iterator<Item = (Shape, RgbImage)> {
    // Training takes its seeds from a generator that this one does not repeat.
    let mut rng = fastrand::Rng::with_seed(!seed);
    let shapes = Shape::ALL.into_iter().cycle().take(count);
    shapes.map(move |shape| (shape, picture(shape, rng.u64(..), width, height)))
}

/// Returns the share of the pictures, from 0 to 1, whose shape the network finds.
///
/// # Errors
/// Returns an error if a picture cannot be resized.
pub fn accuracy(
    network: &Network,
    pictures: impl IntoIterator<Item = (Shape, RgbImage)>,
) -> Result<f64, PreprocessError> {
    let (mut right, mut all) = (0, 0);
    for (shape, picture) in pictures {
        all += 1;
        right += usize::from(network.shape(&preprocess(&picture)?) == shape);
    }
    Ok(right as f64 / f64::from(all))
}

impl Example {
    /// Returns the picture mirrored at random, with its colours exchanged and perhaps inverted.
    pub(super) fn varied(&self, rng: &mut fastrand::Rng) -> Vec<f32> {
        let is_mirrored = rng.bool();
        let sign = if rng.bool() { 1.0 } else { -1.0 };
        let mut channels = [0, 1, 2];
        rng.shuffle(&mut channels);
        let mut varied = Vec::with_capacity(self.input.len());
        for channel in channels {
            for (y, x) in (0..SIDE).flat_map(|y| (0..SIDE).map(move |x| (y, x))) {
                let x = if is_mirrored { SIDE - 1 - x } else { x };
                varied.push(sign * self.input[(channel * SIDE + y) * SIDE + x]);
            }
        }
        varied
    }
}
