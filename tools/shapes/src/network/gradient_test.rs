//! Compares the backward pass with differences of the loss.

use super::{Linear, Network};

const STEP: f32 = 2e-3;

fn loss(network: &Network, input: &[f32], class: usize) -> f32 {
    let mut ignored: Vec<_> = network.layers.iter().map(Linear::zero).collect();
    network.add_gradient(input, class, &mut ignored)
}

#[test]
fn the_gradient_is_the_slope_of_the_loss() {
    let mut rng = fastrand::Rng::with_seed(3);
    // An odd side tests the margin at both ends.
    for (side, channels) in [(6, vec![2, 3]), (5, vec![3]), (7, vec![2, 2, 2])] {
        let mut network = Network::with_form(side, &channels, 4, &mut rng);
        // Positive, so that few values are 0 or close to the kink of ReLU.
        network.layers.iter_mut().flat_map(|layer| &mut layer.biases).for_each(|bias| *bias = rng.f32());
        let input: Vec<f32> = (0..3 * side * side).map(|_| 2.0 * rng.f32() - 1.0).collect();
        let class = rng.usize(..4);
        let mut gradient: Vec<_> = network.layers.iter().map(Linear::zero).collect();
        network.add_gradient(&input, class, &mut gradient);
        let numbers: Vec<f32> = gradient.iter_mut().flat_map(|layer| layer.numbers_mut().map(|n| *n)).collect();
        for layer in &mut gradient {
            assert!(layer.numbers_mut().any(|slope| slope.abs() > 0.01), "{side}: a layer has no slopes");
        }
        for (index, expected) in numbers.iter().enumerate() {
            let moved = |distance: f32| {
                let mut moved = network.clone();
                *moved.layers.iter_mut().flat_map(Linear::numbers_mut).nth(index).unwrap() += distance;
                loss(&moved, &input, class)
            };
            let slope = (moved(STEP) - moved(-STEP)) / (2.0 * STEP);
            assert!((slope - expected).abs() < 2e-3 + 0.01 * expected.abs(), "{side}, {index}: {slope} {expected}");
        }
    }
}
