//! Puts pictures on white.

use image::DynamicImage;

/// Puts a picture on white where it is transparent, in place: a copy of the largest one would take 160 MB.
pub(crate) fn on_white(mut picture: DynamicImage) -> DynamicImage {
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
