//! Cuts a part out of the padded picture and resizes it.

use super::anchors::{Anchor, PADDING};
use crate::model::preprocess::Tensor;

/// A place between two pixels of the picture, along one axis.
struct Place {
    /// The two pixels; `None` for those in the padding, whose values are 0.
    pixels: [Option<usize>; 2],
    /// The weight of the second one.
    weight: f32,
}

/// Returns the values of a square part with `side` pixels, by linear interpolation with the corners aligned: the outermost
/// pixels of the part are those of the rectangle.
pub(super) fn crop(picture: &Tensor, anchor: &Anchor, side: usize) -> Vec<f32> {
    let rows = places(anchor.top, anchor.bottom, picture.height, side);
    let columns = places(anchor.left, anchor.right, picture.width, side);
    let mut values = Vec::with_capacity(3 * side * side);
    for plane in picture.values.chunks_exact(picture.width * picture.height) {
        for row in &rows {
            let lines = row.pixels.map(|y| y.map(|y| &plane[y * picture.width..(y + 1) * picture.width]));
            values.extend(columns.iter().map(|column| {
                let [upper, lower] = lines.map(|line| {
                    let [left, right] = column.pixels.map(|x| line.zip(x).map_or(0.0, |(line, x)| line[x]));
                    left * (1.0 - column.weight) + right * column.weight
                });
                upper * (1.0 - row.weight) + lower * row.weight
            }));
        }
    }
    values
}

/// Returns the places along one axis, from `first` to before `last` in the padded picture.
fn places(first: usize, last: usize, length: usize, side: usize) -> Vec<Place> {
    let scale = last.saturating_sub(first + 1) as f32 / (side - 1) as f32;
    let pixel = |padded: usize| padded.checked_sub(PADDING).filter(|pixel| *pixel < length);
    let place = |step: usize| {
        let exact = scale * step as f32;
        let whole = exact as usize;
        let next = (whole + 1).min(last - first - 1);
        Place { pixels: [pixel(first + whole), pixel(first + next)], weight: exact - whole as f32 }
    };
    (0..side).map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A picture whose values are the number of the column.
    fn ramp() -> Tensor {
        let values = (0..3 * 448 * 448).map(|place| (place % 448) as f32).collect();
        Tensor { width: 448, height: 448, values }
    }

    #[test]
    fn the_corners_are_aligned_and_the_padding_is_zero() {
        let anchor = Anchor { top: 224, left: 224 + 100, bottom: 324, right: 224 + 200 };
        let part = crop(&ramp(), &anchor, 5);
        assert_eq!(&part[..5], [100.0, 124.75, 149.5, 174.25, 199.0]);
        let outside = Anchor { top: 0, left: 0, bottom: 224, right: 224 };
        assert!(crop(&ramp(), &outside, 5).iter().all(|value| *value == 0.0));
        let edge = Anchor { top: 224, left: 222, bottom: 227, right: 227 };
        assert_eq!(&crop(&ramp(), &edge, 5)[..5], [0.0, 0.0, 0.0, 1.0, 2.0]);
    }
}
