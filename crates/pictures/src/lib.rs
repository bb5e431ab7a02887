//! Decodes pictures that strangers send, within limits, and resizes them.
//!
//! The reader does so with pictures that are posted, and the inference function with pictures that it classifies.

mod decode;
mod error;
mod flatten;
mod jpeg;
mod resize;

pub use self::decode::{decode, decode_scaled};
pub use self::error::{InvalidPicture, MAX_BYTES, MAX_MEGAPIXELS, MAX_SIDE};
pub use self::resize::{resize, scaled_down};
pub use image::RgbImage;
