//! Makes the two files of an upload: JPEG without metadata, upright, on white, in two sizes.

use std::io::Cursor;

use fast_image_resize::{ResizeOptions, Resizer};
use image::codecs::jpeg::JpegEncoder;
use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits};

use super::jpeg;

/// The largest number of pixels of an upload, in millions.
pub(crate) const MAX_MEGAPIXELS: u32 = 40;

/// The longest side of a stored picture.
pub(crate) const MAX_SIDE: u32 = 2048;

/// The longest side of its smaller copy.
pub(crate) const MAX_SMALL_SIDE: u32 = 720;

/// The largest decoded picture, in bytes: the largest number of pixels, with 8 bits for each of four channels.
const MAX_DECODED_BYTES: u64 = MAX_MEGAPIXELS as u64 * 1_000_000 * 4;

/// The memory of the coefficients of a pixel, in bytes.
const COEFFICIENT_BYTES: u64 = 3 * 2;

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
pub(crate) enum Fault {
    /// It has another format.
    #[error("picture: is {0}; send a JPEG, PNG or WebP")]
    Format(&'static str),
    /// It ends too early.
    #[error("picture: the file ends too early; it was not copied completely")]
    Truncated,
    /// It has too many pixels.
    #[error("picture: has {width} × {height} pixels; at most {MAX_MEGAPIXELS} million are allowed")]
    TooManyPixels { width: u32, height: u32 },
    /// It has too many bits for its number of pixels.
    #[error(
        "picture: takes more memory than {MAX_MEGAPIXELS} million pixels with 8 bits for each colour; save it smaller, or \
         as a JPEG that is not progressive"
    )]
    TooDeep,
    /// It cannot be decoded.
    #[error("picture: is damaged: {0}")]
    Damaged(String),
}

impl From<ImageError> for Fault {
    fn from(error: ImageError) -> Self {
        match error {
            ImageError::Limits(_) => Self::TooDeep,
            error => Self::Damaged(error.to_string()),
        }
    }
}

/// Makes the files of an upload. The type is that of its content. Of an animation it takes the first picture.
///
/// # Errors
/// Returns the fault of the upload.
pub(super) fn prepare(upload: &[u8]) -> Result<Prepared, Fault> {
    let (picture, orientation) = decode(upload)?;
    let mut full = fit(on_white(picture), MAX_SIDE)?;
    full.apply_orientation(orientation);
    let full = DynamicImage::from(full.into_rgb8());
    let (width, height) = (full.width(), full.height());
    let bytes = encode(&full)?;
    let small = if width.max(height) > MAX_SMALL_SIDE { encode(&fit(full, MAX_SMALL_SIDE)?)? } else { bytes.clone() };
    Ok(Prepared { full: bytes, small, width, height })
}

fn decode(upload: &[u8]) -> Result<(DynamicImage, Orientation), Fault> {
    let format = format(upload)?;
    let is_jpeg = format == ImageFormat::Jpeg;
    let structure = if is_jpeg { jpeg::structure(upload) } else { jpeg::Structure::default() };
    if is_jpeg && !structure.is_complete {
        return Err(Fault::Truncated);
    }
    let mut reader = ImageReader::with_format(Cursor::new(upload), format);
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(2 * MAX_DECODED_BYTES);
    reader.limits(limits);
    let mut decoder = reader.into_decoder()?;
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    if pixels > u64::from(MAX_MEGAPIXELS) * 1_000_000 {
        return Err(Fault::TooManyPixels { width, height });
    }
    let coefficients = if structure.is_progressive { pixels * COEFFICIENT_BYTES } else { 0 };
    if decoder.total_bytes() + coefficients > MAX_DECODED_BYTES {
        return Err(Fault::TooDeep);
    }
    // Without a readable orientation the picture is shown as it is stored.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    Ok((DynamicImage::from_decoder(decoder)?, orientation))
}

fn format(upload: &[u8]) -> Result<ImageFormat, Fault> {
    match image::guess_format(upload).ok() {
        Some(format @ (ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP)) => Ok(format),
        Some(ImageFormat::Gif) => Err(Fault::Format("a GIF")),
        Some(ImageFormat::Avif) => Err(Fault::Format("an AVIF")),
        Some(_) => Err(Fault::Format("of another type")),
        None if upload.get(4..8) == Some(b"ftyp") => Err(Fault::Format("a HEIC picture or a film")),
        None if upload.is_empty() => Err(Fault::Format("empty")),
        None => Err(Fault::Format("no picture")),
    }
}

/// Puts a picture on white where it is transparent, in place: a copy of the largest one would take 160 MB.
fn on_white(mut picture: DynamicImage) -> DynamicImage {
    fn blend(channels: &mut [u8], alpha: u8) {
        for channel in channels {
            let (colour, alpha) = (u32::from(*channel), u32::from(alpha));
            *channel = u8::try_from((colour * alpha + 255 * (255 - alpha) + 127) / 255).unwrap_or(u8::MAX);
        }
    }
    fn blend_deep(channels: &mut [u16], alpha: u16) {
        for channel in channels {
            let (colour, alpha) = (u64::from(*channel), u64::from(alpha));
            *channel =
                u16::try_from((colour * alpha + 65_535 * (65_535 - alpha) + 32_767) / 65_535).unwrap_or(u16::MAX);
        }
    }
    match &mut picture {
        DynamicImage::ImageLumaA8(image) => image.pixels_mut().for_each(|pixel| {
            let [colours @ .., alpha] = &mut pixel.0;
            blend(colours, *alpha);
        }),
        DynamicImage::ImageRgba8(image) => image.pixels_mut().for_each(|pixel| {
            let [colours @ .., alpha] = &mut pixel.0;
            blend(colours, *alpha);
        }),
        DynamicImage::ImageLumaA16(image) => image.pixels_mut().for_each(|pixel| {
            let [colours @ .., alpha] = &mut pixel.0;
            blend_deep(colours, *alpha);
        }),
        DynamicImage::ImageRgba16(image) => image.pixels_mut().for_each(|pixel| {
            let [colours @ .., alpha] = &mut pixel.0;
            blend_deep(colours, *alpha);
        }),
        _ => {}
    }
    picture
}

/// Makes a picture smaller, if its longest side is longer than `longest`. The alpha channel is ignored.
fn fit(picture: DynamicImage, longest: u32) -> Result<DynamicImage, Fault> {
    let (width, height) = (picture.width(), picture.height());
    let long = width.max(height);
    if long <= longest {
        return Ok(picture);
    }
    let scaled = |side: u32| {
        let scaled = (u64::from(side) * u64::from(longest) + u64::from(long) / 2) / u64::from(long);
        u32::try_from(scaled).unwrap_or(longest).max(1)
    };
    let mut smaller = DynamicImage::new(scaled(width), scaled(height), picture.color());
    let options = ResizeOptions::new().use_alpha(false);
    let resized = Resizer::new().resize(&picture, &mut smaller, Some(&options));
    resized.map_err(|error| Fault::Damaged(error.to_string()))?;
    Ok(smaller)
}

fn encode(picture: &DynamicImage) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, QUALITY).encode_image(picture)?;
    Ok(bytes)
}
