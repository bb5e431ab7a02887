//! Reduces pixels to 8 bits of red, green and blue.

use image::{DynamicImage, RgbImage, RgbaImage};

/// Returns the picture as 8 bits of red, green and blue, on white where it is transparent.
pub(crate) fn flatten(picture: DynamicImage) -> RgbImage {
    match picture {
        DynamicImage::ImageRgb8(picture) => picture,
        DynamicImage::ImageLuma8(_) => picture.into_rgb8(),
        // The conversions of `image` to 8 bits round as Pillow and torchvision do: value / 257.
        DynamicImage::ImageLuma16(_) | DynamicImage::ImageRgb16(_) => picture.into_rgb8(),
        transparent => on_white(&transparent.into_rgba8()),
    }
}

fn on_white(picture: &RgbaImage) -> RgbImage {
    let mut flat = RgbImage::new(picture.width(), picture.height());
    for (pixel, transparent) in flat.pixels_mut().zip(picture.pixels()) {
        let [red, green, blue, alpha] = transparent.0.map(u32::from);
        let over = |value: u32| {
            let sum = value * alpha + 255 * (255 - alpha);
            u8::try_from((sum + 127) / 255).unwrap_or(u8::MAX)
        };
        pixel.0 = [over(red), over(green), over(blue)];
    }
    flat
}
