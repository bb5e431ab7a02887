//! Reduces pixels to 8 bits of red, green and blue.

use image::{DynamicImage, Rgb, RgbImage};

/// Returns the picture as 8 bits of red, green and blue, on white where it is transparent. 16 bits become 8 as in Pillow and
/// torchvision: divided by 257 and rounded.
pub(crate) fn flatten(picture: DynamicImage) -> RgbImage {
    match picture {
        DynamicImage::ImageLumaA8(image) => {
            let pixels = image.pixels().map(|pixel| [over(pixel.0[0], pixel.0[1]); 3]);
            collect(image.dimensions(), pixels)
        }
        DynamicImage::ImageRgba8(image) => {
            let pixels = image.pixels().map(|pixel| {
                let [red, green, blue, alpha] = pixel.0;
                [red, green, blue].map(|value| over(value, alpha))
            });
            collect(image.dimensions(), pixels)
        }
        // With 16 bits for each channel, a picture is at most half as large.
        DynamicImage::ImageLumaA16(_) | DynamicImage::ImageRgba16(_) => {
            flatten(DynamicImage::ImageRgba8(picture.into_rgba8()))
        }
        opaque => opaque.into_rgb8(),
    }
}

/// Returns a value on white.
fn over(value: u8, alpha: u8) -> u8 {
    let (value, alpha) = (u32::from(value), u32::from(alpha));
    u8::try_from((value * alpha + 255 * (255 - alpha) + 127) / 255).unwrap_or(u8::MAX)
}

fn collect((width, height): (u32, u32), pixels: impl Iterator<Item = [u8; 3]>) -> RgbImage {
    let mut flat = RgbImage::new(width, height);
    flat.pixels_mut().zip(pixels).for_each(|(pixel, values)| *pixel = Rgb(values));
    flat
}
