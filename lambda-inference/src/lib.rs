//! The Lambda function that classifies pictures. Its model is on the volume.

pub mod settings;
mod start;

pub use settings::Arguments;
pub use start::start;
