//! Trains the network on pictures that are drawn for it.

mod adam;
mod examples;

use crate::network::{Linear, Network};
use crate::preprocess::PreprocessError;
use adam::Adam;
use examples::{Example, drawn};
pub use examples::{accuracy, fresh};

/// The number of drawn pictures.
const EXAMPLES: usize = 6000;

/// The number of times that each picture is shown. Each time it is mirrored or recoloured in another way.
const EPOCHS: usize = 6;

/// The number of pictures after which the weights change.
const BATCH: usize = 16;

/// The largest step of a weight.
const RATE: f32 = 4e-3;

/// Trains a network for a few seconds. The same seed gives the same network.
///
/// # Errors
/// Returns an error if a picture cannot be resized. This does not happen.
pub fn train(seed: u64) -> Result<Network, PreprocessError> {
    let mut rng = fastrand::Rng::with_seed(seed);
    let mut examples = drawn(EXAMPLES, &mut rng)?;
    let mut network = Network::random(&mut rng);
    let mut adam = Adam::new(&network.layers);
    for epoch in 0..EPOCHS {
        rng.shuffle(&mut examples);
        for (number, batch) in examples.chunks(BATCH).enumerate() {
            let done = (epoch * EXAMPLES + number * BATCH) as f32 / (EPOCHS * EXAMPLES) as f32;
            let gradient = gradient(&network, batch, &mut rng);
            adam.step(&mut network.layers, gradient, RATE * (1.0 - done));
        }
    }
    Ok(network)
}

/// Returns the mean gradient of the loss over the examples, each of them varied.
fn gradient(network: &Network, batch: &[Example], rng: &mut fastrand::Rng) -> Vec<Linear> {
    let mut gradient: Vec<_> = network.layers.iter().map(Linear::zero).collect();
    for example in batch {
        network.add_gradient(&example.varied(rng), example.class, &mut gradient);
    }
    for number in gradient.iter_mut().flat_map(Linear::numbers_mut) {
        *number /= batch.len() as f32;
    }
    gradient
}
