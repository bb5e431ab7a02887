//! One network in ONNX.

use std::path::Path;
use std::sync::Arc;

use anyhow::ensure;
use tract_onnx::Onnx;
use tract_onnx::prelude::*;

/// A network that is ready to run.
#[derive(Debug)]
pub(super) struct Network(Arc<TypedRunnableModel>);

impl Network {
    /// Loads a network whose input has this shape. The file is mapped into memory.
    ///
    /// # Errors
    /// Returns the fault of the file.
    pub(super) fn load(loader: &Onnx, path: &Path, input: &[usize]) -> TractResult<Self> {
        let model = loader.model_for_path(path)?;
        let fact = InferenceFact::dt_shape(f32::datum_type(), input);
        Ok(Self(model.with_input_fact(0, fact)?.into_optimized()?.into_runnable()?))
    }

    /// Returns the number of values of the first output, or `None` if it depends on the input.
    pub(super) fn classes(&self) -> Option<usize> {
        let fact = self.0.model().output_fact(0).ok()?;
        Some(fact.shape.as_concrete()?.iter().product())
    }

    /// Returns an error if the outputs are not numbers with 32 bits.
    ///
    /// # Errors
    /// Names the type of the first other output.
    pub(super) fn check_outputs(&self) -> TractResult<()> {
        let model = self.0.model();
        for at in 0..model.output_outlets()?.len() {
            let kind = model.output_fact(at)?.datum_type;
            ensure!(kind == f32::datum_type(), "output {at}: is of the type {kind:?}, must be F32");
        }
        Ok(())
    }

    /// Runs the network, and returns its outputs.
    ///
    /// # Errors
    /// Returns an error if the network cannot process the values.
    pub(super) fn run(&self, shape: &[usize], values: &[f32]) -> TractResult<Vec<Vec<f32>>> {
        let input = Tensor::from_shape(shape, values)?;
        let outputs = self.0.run(tvec!(input.into()))?;
        outputs.iter().map(|output| Ok(output.to_plain_array_view::<f32>()?.iter().copied().collect())).collect()
    }
}
