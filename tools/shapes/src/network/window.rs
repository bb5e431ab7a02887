//! The inputs that a layer sees at each of its positions.

/// A window that moves over the input of a layer. It lays the values that it sees out as columns, one for each position.
#[derive(Debug, Clone)]
pub(super) struct Window {
    /// The places in the columns that have a value, each with the place of that value in the input.
    taps: Vec<(usize, usize)>,
    /// The number of values in the input.
    inputs: usize,
    /// The number of values in all columns.
    outputs: usize,
}

impl Window {
    /// Returns the window of a convolution of 3x3 with stride 2, over square channels with a margin of one zero.
    pub(super) fn convolution(channels: usize, side: usize) -> Self {
        let output_side = side.div_ceil(2);
        let positions = output_side * output_side;
        let mut taps = Vec::new();
        for row in 0..channels * 9 {
            let (channel, down, right) = (row / 9, row / 3 % 3, row % 3);
            for position in 0..positions {
                // One more than the coordinates, because of the margin.
                let (y, x) = (position / output_side * 2 + down, position % output_side * 2 + right);
                if (1..=side).contains(&y) && (1..=side).contains(&x) {
                    taps.push((row * positions + position, (channel * side + y - 1) * side + x - 1));
                }
            }
        }
        Self { taps, inputs: channels * side * side, outputs: channels * 9 * positions }
    }

    /// Returns the window of a dense layer: it sees the whole input at its only position.
    pub(super) fn dense(inputs: usize) -> Self {
        Self { taps: (0..inputs).map(|place| (place, place)).collect(), inputs, outputs: inputs }
    }

    /// Returns the columns.
    pub(super) fn columns(&self, values: &[f32]) -> Vec<f32> {
        let mut columns = vec![0.0; self.outputs];
        for &(column, input) in &self.taps {
            columns[column] = values[input];
        }
        columns
    }

    /// Returns for each value of the input the sum of the slopes at all places that show it.
    pub(super) fn gathered(&self, slopes: &[f32]) -> Vec<f32> {
        let mut sums = vec![0.0; self.inputs];
        for &(column, input) in &self.taps {
            sums[input] += slopes[column];
        }
        sums
    }
}
