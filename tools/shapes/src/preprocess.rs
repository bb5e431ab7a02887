//! Turns a picture into the input of the network.

use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{FilterType, ImageBufferError, PixelType, ResizeAlg, ResizeError, ResizeOptions, Resizer};
use image::RgbImage;

/// The width and height of the network's input in pixels.
pub const SIDE: usize = 32;

/// The mean that is subtracted from a value from 0 to 1.
pub(crate) const MEAN: f32 = 0.5;

/// The number by which the difference is divided.
pub(crate) const DEVIATION: f32 = 0.5;

/// The error of a picture that cannot be resized.
#[derive(Debug, thiserror::Error)]
pub enum PreprocessError {
    /// The picture has no pixels.
    #[error("a picture of {width}x{height} pixels cannot be resized")]
    Empty {
        /// The width in pixels.
        width: u32,
        /// The height in pixels.
        height: u32,
    },
    /// The picture's buffer does not fit its size.
    #[error(transparent)]
    Buffer(#[from] ImageBufferError),
    /// The picture cannot be resized.
    #[error(transparent)]
    Resize(#[from] ResizeError),
}

/// Returns the input of the network: the channels red, green and blue of the picture, resized to [`SIDE`] x [`SIDE`] pixels.
///
/// # Errors
/// Returns an error if the picture has no pixels.
pub fn preprocess(picture: &RgbImage) -> Result<Vec<f32>, PreprocessError> {
    let (width, height) = picture.dimensions();
    if width == 0 || height == 0 {
        return Err(PreprocessError::Empty { width, height });
    }
    let source = ImageRef::new(width, height, picture.as_raw(), PixelType::U8x3)?;
    let mut resized = Image::new(SIDE as u32, SIDE as u32, PixelType::U8x3);
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Bilinear));
    Resizer::new().resize(&source, &mut resized, &options)?;
    let pixels = resized.buffer();
    let channel = |channel: usize| pixels.iter().skip(channel).step_by(3);
    Ok((0..3).flat_map(channel).map(|value| (f32::from(*value) / 255.0 - MEAN) / DEVIATION).collect())
}
