//! Makes the two files of an upload: JPEG without metadata, upright, on white, in two sizes.

use ::pictures::{InvalidPicture, RgbImage, decode_scaled, scaled_down};
use image::ImageError;
use image::codecs::jpeg::JpegEncoder;

/// The longest side of a stored picture.
pub(crate) const MAX_SIDE: u32 = 2048;

/// The longest side of its smaller copy.
pub(crate) const MAX_SMALL_SIDE: u32 = 720;

const QUALITY: u8 = 85;

/// An upload as it is stored.
#[derive(Debug)]
pub(super) struct Prepared {
    pub(super) full: Vec<u8>,
    pub(super) small: Vec<u8>,
    pub(super) width: u32,
    pub(super) height: u32,
}

/// The fault of an upload.
#[derive(Debug, thiserror::Error)]
#[error("picture: {0}")]
pub(crate) struct Fault(#[from] InvalidPicture);

impl Fault {
    /// Returns the fault of a picture that cannot be encoded or named.
    pub(super) fn damaged(error: &impl ToString) -> Self {
        Self(InvalidPicture::Damaged(error.to_string()))
    }
}

/// Makes the files of an upload. The type is that of its content. Of an animation it takes the first picture.
///
/// # Errors
/// Returns the fault of the upload.
pub(super) fn prepare(upload: &[u8]) -> Result<Prepared, Fault> {
    let full = decode_scaled(upload, MAX_SIDE)?;
    let (width, height) = full.dimensions();
    let bytes = encode(&full)?;
    let is_small = width.max(height) <= MAX_SMALL_SIDE;
    let small = if is_small { bytes.clone() } else { encode(&scaled_down(&full, MAX_SMALL_SIDE))? };
    Ok(Prepared { full: bytes, small, width, height })
}

fn encode(picture: &RgbImage) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::new();
    let encoded = JpegEncoder::new_with_quality(&mut bytes, QUALITY).encode_image(picture);
    encoded.map_err(|error: ImageError| Fault::damaged(&error))?;
    Ok(bytes)
}
