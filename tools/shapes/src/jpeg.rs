//! Encodes pictures.

use image::codecs::jpeg::JpegEncoder;
use image::{ImageResult, RgbImage};

/// From 1 to 100. At this quality the loss is hardly visible.
const QUALITY: u8 = 90;

/// Returns the picture as a JPEG file.
///
/// # Errors
/// Returns an error if the picture is empty or wider or higher than 65535 pixels.
pub fn encode(picture: &RgbImage) -> ImageResult<Vec<u8>> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, QUALITY).encode_image(picture)?;
    Ok(bytes)
}
