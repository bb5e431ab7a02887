//! Draws simple shapes, and trains a small network that names them.
//!
//! It gives a newcomer a real model and pictures within seconds, and tests a model with known right and wrong answers.

pub mod cli;
pub mod draw;
pub mod jpeg;
pub mod make;
mod network;
pub mod onnx;
mod preprocess;
mod shape;
pub mod train;

pub use network::Network;
pub use preprocess::{PreprocessError, SIDE, preprocess};
pub use shape::Shape;
