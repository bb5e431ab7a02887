//! Models: directories on the volume, with a network in ONNX and a manifest.
//!
//! `<models>/<name>/model.json` is the [`Manifest`]; the ONNX files are beside it. `<models>/current` names the model in use:
//! a relative symbolic link to `<name>`, or a file that contains `<name>`. The files of a model never change. Another model
//! gets another directory, or a new one under the same name, and `current` is replaced.

mod classes;
mod current;
mod listed;
mod load;
mod manifest;
mod network;
mod nts_net;
mod preprocess;
mod store;
mod threads;

pub use self::classes::Answer;
pub use self::load::Model;
pub use self::manifest::{Kind, Manifest, Output, Preprocess, Resize};
pub use self::preprocess::{Tensor, TooNarrow, preprocess};
pub use self::store::ModelStore;
pub use self::threads::{processors, use_threads};
