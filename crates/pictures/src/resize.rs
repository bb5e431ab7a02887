//! Resizes pictures.

use fast_image_resize::images::Image;
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::{DynamicImage, RgbImage};

use crate::error::InvalidPicture;

/// Returns the picture in this size, by linear interpolation over all pixels that a new pixel covers, as Pillow does with
/// `BILINEAR`.
///
/// # Panics
/// Never: the sizes are those of the buffers.
#[must_use]
pub fn resize(picture: &RgbImage, width: u32, height: u32) -> RgbImage {
    let (width, height) = (width.max(1), height.max(1));
    if picture.dimensions() == (width, height) {
        return picture.clone();
    }
    let mut resized = RgbImage::new(width, height);
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::Bilinear));
    let source =
        fast_image_resize::images::ImageRef::new(picture.width(), picture.height(), picture.as_raw(), PixelType::U8x3);
    let target = Image::from_slice_u8(width, height, &mut resized, PixelType::U8x3);
    if let (Ok(source), Ok(mut target)) = (source, target)
        && Resizer::new().resize(&source, &mut target, &options).is_ok()
    {
        return resized;
    }
    unreachable!("a picture of {:?} pixels has a buffer of its size", picture.dimensions())
}

/// Returns the picture with sides of at most `longest` pixels, in the same proportion. A smaller picture stays as it is.
#[must_use]
pub fn scaled_down(picture: &RgbImage, longest: u32) -> RgbImage {
    let (width, height) = fitting(picture.dimensions(), longest);
    resize(picture, width, height)
}

/// Makes a picture smaller if its longest side is longer than `longest`. The alpha channel is ignored.
pub(crate) fn fit(picture: DynamicImage, longest: u32) -> Result<DynamicImage, InvalidPicture> {
    let (width, height) = fitting((picture.width(), picture.height()), longest);
    if (width, height) == (picture.width(), picture.height()) {
        return Ok(picture);
    }
    let mut smaller = DynamicImage::new(width, height, picture.color());
    let options = ResizeOptions::new().use_alpha(false);
    let resized = Resizer::new().resize(&picture, &mut smaller, Some(&options));
    resized.map_err(|error| InvalidPicture::Damaged(error.to_string()))?;
    Ok(smaller)
}

/// Returns the largest size in the same proportion whose sides have at most `longest` pixels.
fn fitting((width, height): (u32, u32), longest: u32) -> (u32, u32) {
    let longer = width.max(height).max(1);
    if longer <= longest {
        return (width, height);
    }
    let scaled = |side: u32| {
        let side = (u64::from(side) * u64::from(longest) + u64::from(longer) / 2) / u64::from(longer);
        u32::try_from(side).unwrap_or(longest).max(1)
    };
    (scaled(width), scaled(height))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_scaled_in_its_proportion_and_never_to_nothing() {
        let size = |width, height| scaled_down(&RgbImage::new(width, height), 720).dimensions();
        assert_eq!(size(4000, 3000), (720, 540));
        assert_eq!(size(3000, 4000), (540, 720));
        assert_eq!(size(10_000, 1), (720, 1));
        assert_eq!(size(100, 100), (100, 100));
    }
}
