//! The matrix of a layer.

/// A matrix of weights and a vector of biases. A layer applies them to columns: one for each position of its window.
///
/// Columns are stored as rows: all first elements, then all second elements, and so on.
#[derive(Debug, Clone)]
pub(crate) struct Linear {
    /// The weights: for each output, one for each element of a column.
    pub(crate) weights: Vec<f32>,
    /// The bias of each output.
    pub(crate) biases: Vec<f32>,
}

impl Linear {
    /// Returns a layer with random weights, of a size that keeps the variance of the values through ReLU.
    pub(super) fn random(inputs: usize, outputs: usize, rng: &mut fastrand::Rng) -> Self {
        let bound = (6.0 / inputs as f32).sqrt();
        let weights = (0..inputs * outputs).map(|_| bound * (2.0 * rng.f32() - 1.0)).collect();
        Self { weights, biases: vec![0.0; outputs] }
    }

    /// Returns a layer of the same form that is 0 everywhere.
    pub(crate) fn zero(&self) -> Self {
        Self { weights: vec![0.0; self.weights.len()], biases: vec![0.0; self.biases.len()] }
    }

    /// Returns the number of elements of a column.
    pub(crate) fn inputs(&self) -> usize {
        self.weights.len() / self.biases.len()
    }

    /// Returns weights and biases as one sequence.
    pub(crate) fn numbers_mut(&mut self) -> impl Iterator<Item = &mut f32> {
        self.weights.iter_mut().chain(&mut self.biases)
    }

    /// Returns the outputs: for each output, one value for each position.
    pub(super) fn forward(&self, columns: &[f32]) -> Vec<f32> {
        let positions = columns.len() / self.inputs();
        let mut outputs = vec![0.0; self.biases.len() * positions];
        let rows = self.weights.chunks_exact(self.inputs()).zip(&self.biases);
        for ((weights, bias), output) in rows.zip(outputs.chunks_exact_mut(positions)) {
            output.fill(*bias);
            for (weight, inputs) in weights.iter().zip(columns.chunks_exact(positions)) {
                add_multiple(output, *weight, inputs);
            }
        }
        outputs
    }

    /// Returns the slopes of the loss at the columns, from those at the outputs.
    pub(super) fn backward(&self, slopes: &[f32]) -> Vec<f32> {
        let positions = slopes.len() / self.biases.len();
        let mut columns = vec![0.0; self.inputs() * positions];
        for (weights, slopes) in self.weights.chunks_exact(self.inputs()).zip(slopes.chunks_exact(positions)) {
            for (weight, column) in weights.iter().zip(columns.chunks_exact_mut(positions)) {
                add_multiple(column, *weight, slopes);
            }
        }
        columns
    }

    /// Adds the slopes of the loss at the weights and biases, from those at the outputs.
    pub(super) fn add_gradient(&mut self, columns: &[f32], slopes: &[f32]) {
        let inputs = self.inputs();
        let positions = columns.len() / inputs;
        let rows = self.weights.chunks_exact_mut(inputs).zip(&mut self.biases);
        for ((weights, bias), slopes) in rows.zip(slopes.chunks_exact(positions)) {
            *bias += slopes.iter().sum::<f32>();
            for (weight, inputs) in weights.iter_mut().zip(columns.chunks_exact(positions)) {
                *weight += product(inputs, slopes);
            }
        }
    }
}

fn add_multiple(sums: &mut [f32], factor: f32, values: &[f32]) {
    for (sum, value) in sums.iter_mut().zip(values) {
        *sum += factor * value;
    }
}

/// Returns the scalar product. Eight sums at a time let the compiler use vector instructions.
fn product(left: &[f32], right: &[f32]) -> f32 {
    let (left_parts, left_rest) = left.as_chunks::<8>();
    let (right_parts, right_rest) = right.as_chunks::<8>();
    let mut sums = [0.0; 8];
    for (left, right) in left_parts.iter().zip(right_parts) {
        for lane in 0..8 {
            sums[lane] += left[lane] * right[lane];
        }
    }
    let rest: f32 = left_rest.iter().zip(right_rest).map(|(left, right)| left * right).sum();
    sums.iter().sum::<f32>() + rest
}
