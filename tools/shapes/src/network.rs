//! A small convolutional network, with its forward and its backward pass.

#[cfg(test)]
mod gradient_test;
mod linear;
mod window;

use crate::preprocess::SIDE;
use crate::shape::Shape;
pub(crate) use linear::Linear;
use window::Window;

/// A network: convolutions of 3x3 with stride 2, each followed by ReLU, and a dense layer that gives the logits.
#[derive(Debug, Clone)]
pub struct Network {
    /// The inputs that each layer sees.
    windows: Vec<Window>,
    /// The weights of each layer.
    pub(crate) layers: Vec<Linear>,
}

/// The values of a forward pass.
struct Pass {
    /// The input of each layer, and the logits.
    values: Vec<Vec<f32>>,
    /// The input of each layer, as the columns that its window sees.
    columns: Vec<Vec<f32>>,
}

/// The number of channels after each convolution.
const CHANNELS: [usize; 3] = [8, 16, 32];

impl Network {
    /// Returns an untrained network for pictures of [`SIDE`] x [`SIDE`] pixels.
    pub(crate) fn random(rng: &mut fastrand::Rng) -> Self {
        Self::with_form(SIDE, &CHANNELS, Shape::ALL.len(), rng)
    }

    fn with_form(mut side: usize, channels: &[usize], classes: usize, rng: &mut fastrand::Rng) -> Self {
        let (mut windows, mut layers) = (Vec::new(), Vec::new());
        let mut inputs = 3;
        for &outputs in channels {
            windows.push(Window::convolution(inputs, side));
            layers.push(Linear::random(inputs * 9, outputs, rng));
            (inputs, side) = (outputs, side.div_ceil(2));
        }
        windows.push(Window::dense(inputs * side * side));
        layers.push(Linear::random(inputs * side * side, classes, rng));
        Self { windows, layers }
    }

    /// Returns the logit of each shape, in the order of [`Shape::ALL`]. The input is that of [`preprocess`].
    ///
    /// [`preprocess`]: crate::preprocess()
    #[must_use]
    pub fn logits(&self, input: &[f32]) -> Vec<f32> {
        self.forward(input).values.pop().unwrap_or_default()
    }

    /// Returns the shape with the largest logit.
    #[must_use]
    pub fn shape(&self, input: &[f32]) -> Shape {
        let logits = self.logits(input);
        let best = (0..logits.len()).max_by(|left, right| logits[*left].total_cmp(&logits[*right]));
        Shape::ALL[best.unwrap_or(0)]
    }

    /// Adds the gradient of one example's loss to `gradient`, and returns the loss: the cross-entropy.
    pub(crate) fn add_gradient(&self, input: &[f32], class: usize, gradient: &mut [Linear]) -> f32 {
        let Pass { values, columns } = self.forward(input);
        let mut slopes = softmax(&values[self.layers.len()]);
        let loss = -slopes[class].ln();
        slopes[class] -= 1.0;
        for number in (0..self.layers.len()).rev() {
            gradient[number].add_gradient(&columns[number], &slopes);
            if number > 0 {
                slopes = self.windows[number].gathered(&self.layers[number].backward(&slopes));
                stop_where_zero(&mut slopes, &values[number]);
            }
        }
        loss
    }

    fn forward(&self, input: &[f32]) -> Pass {
        let mut pass = Pass { values: vec![input.to_vec()], columns: Vec::new() };
        for (number, (window, layer)) in self.windows.iter().zip(&self.layers).enumerate() {
            let columns = window.columns(&pass.values[number]);
            let mut outputs = layer.forward(&columns);
            if number + 1 < self.layers.len() {
                relu(&mut outputs);
            }
            pass.columns.push(columns);
            pass.values.push(outputs);
        }
        pass
    }
}

fn relu(values: &mut [f32]) {
    for value in values {
        *value = value.max(0.0);
    }
}

/// The backward pass of ReLU: a value that it set to 0 has no influence on the loss.
fn stop_where_zero(slopes: &mut [f32], values: &[f32]) {
    for (slope, value) in slopes.iter_mut().zip(values) {
        *slope = if *value > 0.0 { *slope } else { 0.0 };
    }
}

fn softmax(logits: &[f32]) -> Vec<f32> {
    let largest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let powers: Vec<f32> = logits.iter().map(|logit| (logit - largest).exp()).collect();
    let sum: f32 = powers.iter().sum();
    powers.iter().map(|power| power / sum).collect()
}
