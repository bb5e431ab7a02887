//! The preprocessing of a picture, with the arithmetic of torchvision and Pillow.

use pictures::{MAX_MEGAPIXELS, RgbImage, resize};

use super::manifest::{Preprocess, Resize};

/// The pixels of a picture as the input of a network: red, green and blue planes, row by row.
#[derive(Debug, Clone, PartialEq)]
pub struct Tensor {
    /// The width in pixels.
    pub width: usize,
    /// The height in pixels.
    pub height: usize,
    /// The values of three planes.
    pub values: Vec<f32>,
}

/// The error of a picture of which one side is so much longer than the other that it would take too much memory to resize it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("has {width} × {height} pixels, which is too narrow for this model")]
pub struct TooNarrow {
    width: u32,
    height: u32,
}

/// Resizes a picture, takes its middle, and normalizes its values.
///
/// # Errors
/// Returns an error if the resized picture would have more pixels than a picture may have.
pub fn preprocess(picture: &RgbImage, how: &Preprocess) -> Result<Tensor, TooNarrow> {
    let (width, height) = how.resize.of(picture.dimensions());
    if u64::from(width) * u64::from(height) > u64::from(MAX_MEGAPIXELS) * 1_000_000 {
        let (width, height) = picture.dimensions();
        return Err(TooNarrow { width, height });
    }
    let resized = resize(picture, width, height);
    let [crop_width, crop_height] = how.crop;
    let (left, top) = (margin(width, crop_width), margin(height, crop_height));
    let mut values = Vec::with_capacity(3 * crop_width as usize * crop_height as usize);
    for channel in 0..3 {
        let normalized = |value: u8| (f32::from(value) / 255.0 - how.mean[channel]) / how.deviation[channel];
        for y in 0..crop_height {
            for x in 0..crop_width {
                // Outside of a picture that is smaller than the crop, values are 0.
                let value = inside(x, left).zip(inside(y, top)).filter(|(x, y)| *x < width && *y < height);
                values.push(normalized(value.map_or(0, |(x, y)| resized.get_pixel(x, y).0[channel])));
            }
        }
    }
    Ok(Tensor { width: crop_width as usize, height: crop_height as usize, values })
}

/// Returns the place in the picture of a place in the crop, or `None` if it is before the picture.
fn inside(place: u32, margin: i64) -> Option<u32> {
    u32::try_from(i64::from(place) + margin).ok()
}

/// Returns the number of pixels before the middle, negative if the picture is smaller. As torchvision does, a half is
/// rounded to the even number, and the padding of a smaller picture is the shorter half.
fn margin(side: u32, crop: u32) -> i64 {
    let (side, crop) = (i64::from(side), i64::from(crop));
    if side < crop {
        return -((crop - side) / 2);
    }
    let (half, odd) = ((side - crop) / 2, (side - crop) % 2);
    half + odd * (half % 2)
}

impl Resize {
    /// Returns the width and height to which a picture of this size is resized.
    fn of(self, (width, height): (u32, u32)) -> (u32, u32) {
        match self {
            Self::Exact([width, height]) => (width, height),
            Self::Shorter(side) => {
                let longer = |longer: u32, shorter: u32| {
                    let scaled = u64::from(side) * u64::from(longer) / u64::from(shorter.max(1));
                    u32::try_from(scaled).unwrap_or(u32::MAX)
                };
                if width <= height { (side, longer(height, width)) } else { (longer(width, height), side) }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_margins_are_those_of_torchvision() {
        assert_eq!(
            [(600, 448), (5, 4), (7, 4), (9, 4), (448, 448)].map(|(side, crop)| margin(side, crop)),
            [76, 0, 2, 2, 0]
        );
        assert_eq!([(3, 4), (2, 4), (1, 4)].map(|(side, crop)| margin(side, crop)), [0, -1, -1]);
    }

    #[test]
    fn the_shorter_side_decides_on_the_size() {
        let resize = Resize::Shorter(256);
        assert_eq!(resize.of((640, 480)), (341, 256));
        assert_eq!(resize.of((480, 640)), (256, 341));
        assert_eq!(resize.of((300, 300)), (256, 256));
    }
}
