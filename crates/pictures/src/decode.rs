//! Decodes a picture.

use std::io::Cursor;

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, RgbImage};

use crate::error::{InvalidPicture, MAX_BYTES, MAX_MEGAPIXELS, MAX_SIDE};
use crate::flatten::on_white;
use crate::jpeg;
use crate::resize::fit;

/// The largest decoded picture, in bytes: the largest number of pixels, with 8 bits for each of four channels.
const MAX_DECODED_BYTES: u64 = MAX_MEGAPIXELS as u64 * 1_000_000 * 4;

/// The memory of the coefficients of a pixel in a progressive JPEG, in bytes.
const COEFFICIENT_BYTES: u64 = 3 * 2;

/// Decodes a JPEG, PNG or WebP picture, whatever its name: upright, as 8 bits of red, green and blue, on white where it is
/// transparent. Of an animation, the first frame is decoded. Colour profiles are ignored.
///
/// # Errors
/// Returns an error if the file is no such picture, is damaged, or exceeds a limit.
pub fn decode(bytes: &[u8]) -> Result<RgbImage, InvalidPicture> {
    decoded(bytes, Ok)
}

/// Decodes a picture as [`decode`] does, with sides of at most `longest` pixels. It takes less memory than to decode it first
/// and to make it smaller then.
///
/// # Errors
/// Returns the same errors as [`decode`].
pub fn decode_scaled(bytes: &[u8], longest: u32) -> Result<RgbImage, InvalidPicture> {
    decoded(bytes, |picture| fit(picture, longest))
}

fn decoded(
    bytes: &[u8],
    scale: impl FnOnce(DynamicImage) -> Result<DynamicImage, InvalidPicture>,
) -> Result<RgbImage, InvalidPicture> {
    if bytes.len() > MAX_BYTES {
        return Err(InvalidPicture::TooManyBytes(bytes.len()));
    }
    let format = format(bytes)?;
    let structure = if format == ImageFormat::Jpeg { jpeg::structure(bytes) } else { jpeg::Structure::default() };
    if format == ImageFormat::Jpeg && !structure.is_complete {
        return Err(InvalidPicture::Truncated);
    }
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(2 * MAX_DECODED_BYTES);
    reader.limits(limits);
    let mut decoder = reader.into_decoder()?;
    let (width, height) = decoder.dimensions();
    if width.max(height) > MAX_SIDE {
        return Err(InvalidPicture::TooLong { width, height });
    }
    let pixels = u64::from(width) * u64::from(height);
    if pixels > u64::from(MAX_MEGAPIXELS) * 1_000_000 {
        return Err(InvalidPicture::TooManyPixels { width, height });
    }
    let coefficients = if structure.is_progressive { pixels * COEFFICIENT_BYTES } else { 0 };
    if decoder.total_bytes() + coefficients > MAX_DECODED_BYTES {
        return Err(InvalidPicture::TooDeep);
    }
    // Without a readable orientation the picture is shown as it is stored.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = scale(on_white(DynamicImage::from_decoder(decoder)?))?;
    picture.apply_orientation(orientation);
    // 16 bits become 8 as in Pillow and torchvision: divided by 257 and rounded.
    Ok(picture.into_rgb8())
}

fn format(bytes: &[u8]) -> Result<ImageFormat, InvalidPicture> {
    match image::guess_format(bytes).ok() {
        Some(format @ (ImageFormat::Jpeg | ImageFormat::Png | ImageFormat::WebP)) => Ok(format),
        Some(ImageFormat::Gif) => Err(InvalidPicture::Format("a GIF")),
        Some(ImageFormat::Avif) => Err(InvalidPicture::Format("an AVIF")),
        Some(_) => Err(InvalidPicture::Format("of another type")),
        None if bytes.get(4..8) == Some(b"ftyp") => Err(InvalidPicture::Format("a HEIC picture or a film")),
        None if bytes.is_empty() => Err(InvalidPicture::Format("empty")),
        None => Err(InvalidPicture::Format("no picture")),
    }
}

#[cfg(test)]
mod tests {
    use image::{ImageBuffer, Luma, Rgb, Rgba};

    use super::*;

    fn png(picture: &DynamicImage) -> Vec<u8> {
        let mut bytes = Vec::new();
        picture.write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png).unwrap();
        bytes
    }

    #[test]
    fn every_kind_of_pixel_becomes_8_bits_of_red_green_and_blue() {
        let rgba = |alpha| DynamicImage::from(ImageBuffer::from_pixel(2, 1, Rgba([255_u8, 0, 0, alpha])));
        let grey = DynamicImage::from(ImageBuffer::from_pixel(2, 1, Luma([0x8080_u16])));
        let wide = DynamicImage::from(ImageBuffer::from_pixel(2, 1, Rgb([65_535_u16, 128, 0])));
        for (picture, pixel) in [
            (rgba(255), [255, 0, 0]),
            (rgba(0), [255, 255, 255]),
            (rgba(128), [255, 127, 127]),
            (grey, [128, 128, 128]),
            (wide, [255, 0, 0]),
        ] {
            assert_eq!(decode(&png(&picture)).unwrap().get_pixel(1, 0).0, pixel);
        }
    }

    #[test]
    fn what_is_no_picture_is_refused_by_its_content() {
        for other in [
            &b""[..],
            b"<svg xmlns='http://www.w3.org/2000/svg'/>",
            b"<!doctype html>",
            b"GIF89a\x01\x00\x01\x00",
            b"BM",
        ] {
            assert!(matches!(decode(other), Err(InvalidPicture::Format(_))));
        }
        let whole = png(&DynamicImage::new_rgb8(64, 64));
        for length in [8, 20, 40, whole.len() / 2] {
            assert!(
                matches!(decode(&whole[..length]), Err(InvalidPicture::Damaged(_) | InvalidPicture::Format(_))),
                "{length}"
            );
        }
        assert!(matches!(decode(&vec![0; MAX_BYTES + 1]), Err(InvalidPicture::TooManyBytes(_))));
    }

    #[test]
    fn a_picture_with_too_many_pixels_is_refused_before_it_is_decoded() {
        // The header of a PNG file of 50,000 x 50,000 pixels, with its checksum.
        let mut bomb = png(&DynamicImage::new_luma8(1, 1));
        bomb[16..20].copy_from_slice(&50_000_u32.to_be_bytes());
        bomb[20..24].copy_from_slice(&50_000_u32.to_be_bytes());
        let checksum = crc(&bomb[12..29]);
        bomb[29..33].copy_from_slice(&checksum.to_be_bytes());
        assert!(matches!(decode(&bomb), Err(InvalidPicture::TooManyPixels { width: 50_000, height: 50_000 })));
    }

    #[test]
    fn a_picture_of_one_endless_line_is_refused_before_it_is_decoded() {
        for (width, height) in [(65_536, 1), (1, 65_536)] {
            let line = png(&DynamicImage::new_luma8(width, height));
            assert!(matches!(decode(&line), Err(InvalidPicture::TooLong { .. })), "{width} x {height}");
        }
        assert_eq!(decode_scaled(&png(&DynamicImage::new_luma8(1, 65_535)), 720).unwrap().dimensions(), (1, 720));
    }

    fn crc(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(!0, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xedb8_8320 } else { crc >> 1 })
        })
    }
}
