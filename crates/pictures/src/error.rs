//! The reasons why a file is no picture which can be decoded, and the limits.

use image::ImageError;

/// The largest file of a picture, in bytes: 10 MB.
pub const MAX_BYTES: usize = 10_000_000;

/// The largest number of pixels of a picture, in millions.
pub const MAX_MEGAPIXELS: u32 = 40;

/// The longest side of a picture, in pixels: that of a JPEG. Decoders and filters keep something for each line and column, so
/// that a picture of one line would take as much memory as a hundred others.
pub const MAX_SIDE: u32 = 65_535;

/// The error of a file that is no picture which can be decoded.
#[derive(Debug, thiserror::Error)]
pub enum InvalidPicture {
    /// The file has more than [`MAX_BYTES`].
    #[error("has {0} bytes; at most {MAX_BYTES} are allowed")]
    TooManyBytes(usize),
    /// The content is of another kind.
    #[error("is {0}; send a JPEG, PNG or WebP")]
    Format(&'static str),
    /// The file ends too early.
    #[error("the file ends too early; it was not copied completely")]
    Truncated,
    /// The picture has more than [`MAX_MEGAPIXELS`] million pixels.
    #[error("has {width} × {height} pixels; at most {MAX_MEGAPIXELS} million are allowed")]
    TooManyPixels {
        /// The width in pixels.
        width: u32,
        /// The height in pixels.
        height: u32,
    },
    /// A side has more than [`MAX_SIDE`] pixels.
    #[error("has {width} × {height} pixels; a side of at most {MAX_SIDE} is allowed")]
    TooLong {
        /// The width in pixels.
        width: u32,
        /// The height in pixels.
        height: u32,
    },
    /// The picture has too many bits for its number of pixels.
    #[error(
        "takes more memory than {MAX_MEGAPIXELS} million pixels with 8 bits for each colour; save it smaller, or as a JPEG \
         that is not progressive"
    )]
    TooDeep,
    /// The content is damaged.
    #[error("is damaged: {0}")]
    Damaged(String),
}

impl From<ImageError> for InvalidPicture {
    fn from(error: ImageError) -> Self {
        match error {
            ImageError::Limits(_) => Self::TooDeep,
            error => Self::Damaged(error.to_string()),
        }
    }
}
