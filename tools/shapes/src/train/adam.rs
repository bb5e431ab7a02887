//! The Adam optimiser.

use crate::network::Linear;

/// The share that the mean of past gradients, and that of their squares, keeps in a step.
const KEEP_MEAN: f32 = 0.9;
const KEEP_SQUARE: f32 = 0.999;

/// The optimiser's memory of past gradients.
#[derive(Debug)]
pub(super) struct Adam {
    means: Vec<Linear>,
    squares: Vec<Linear>,
    steps: i32,
}

impl Adam {
    pub(super) fn new(layers: &[Linear]) -> Self {
        let zeros = || layers.iter().map(Linear::zero).collect();
        Self { means: zeros(), squares: zeros(), steps: 0 }
    }

    /// Moves each weight by about `rate` against its gradient.
    pub(super) fn step(&mut self, layers: &mut [Linear], mut gradient: Vec<Linear>, rate: f32) {
        self.steps += 1;
        // Both means begin at 0 and are therefore too small at first.
        let mean_share = 1.0 - KEEP_MEAN.powi(self.steps);
        let square_share = 1.0 - KEEP_SQUARE.powi(self.steps);
        let memory = numbers(&mut self.means).zip(numbers(&mut self.squares));
        for ((weight, slope), (mean, square)) in numbers(layers).zip(numbers(&mut gradient)).zip(memory) {
            *mean = KEEP_MEAN * *mean + (1.0 - KEEP_MEAN) * *slope;
            *square = KEEP_SQUARE * *square + (1.0 - KEEP_SQUARE) * *slope * *slope;
            *weight -= rate * (*mean / mean_share) / ((*square / square_share).sqrt() + 1e-8);
        }
    }
}

fn numbers(layers: &mut [Linear]) -> impl Iterator<Item = &mut f32> {
    layers.iter_mut().flat_map(Linear::numbers_mut)
}
