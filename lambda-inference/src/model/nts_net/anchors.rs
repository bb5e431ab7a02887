//! The rectangles that the backbone scores.

/// The side of the picture, in pixels.
pub(super) const SIDE: usize = 448;

/// The pixels that are added on each side of the picture, so that a part may reach over its edge.
pub(super) const PADDING: usize = 224;

/// A rectangle in the padded picture, in pixels: from the first to before the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Anchor {
    pub(super) top: usize,
    pub(super) left: usize,
    pub(super) bottom: usize,
    pub(super) right: usize,
}

/// A grid of anchors: the pixels between two centres, the size of an anchor, and its scales as powers of two in thirds.
struct Grid {
    stride: usize,
    size: f64,
    scales: &'static [f64],
}

const GRIDS: [Grid; 3] = [
    Grid { stride: 32, size: 48.0, scales: &[1.0, 2.0] },
    Grid { stride: 64, size: 96.0, scales: &[1.0, 2.0] },
    Grid { stride: 128, size: 192.0, scales: &[0.0, 1.0, 2.0] },
];

/// The proportions of width and height.
const RATIOS: [f64; 3] = [0.667, 1.0, 1.5];

/// Returns all anchors, in the order of the scores: by grid, scale, ratio, row and column.
pub(super) fn anchors() -> Vec<Anchor> {
    let mut anchors = Vec::new();
    for Grid { stride, size, scales } in &GRIDS {
        let centres = |count: usize| (0..count).map(|place| (stride / 2 + stride * place) as f32);
        let count = SIDE.div_ceil(*stride);
        for scale in scales.iter().map(|third| (third / 3.0).exp2()) {
            for ratio in RATIOS {
                let (height, width) = (size * scale / ratio.sqrt(), size * scale * ratio.sqrt());
                for y in centres(count) {
                    anchors.extend(centres(count).map(|x| Anchor::around(y, x, height as f32, width as f32)));
                }
            }
        }
    }
    anchors
}

impl Anchor {
    fn around(y: f32, x: f32, height: f32, width: f32) -> Self {
        // The original truncates 32-bit numbers, and so does this. Centres and sizes keep them within the padding.
        let place = |centre: f32, offset: f32| (centre + offset + PADDING as f32) as usize;
        Self {
            top: place(y, -height / 2.0),
            left: place(x, -width / 2.0),
            bottom: place(y, height / 2.0),
            right: place(x, width / 2.0),
        }
    }

    pub(super) fn area(&self) -> usize {
        (self.bottom - self.top) * (self.right - self.left)
    }

    /// Returns the number of pixels that two anchors have in common.
    pub(super) fn overlap(&self, other: &Self) -> usize {
        let height = self.bottom.min(other.bottom).saturating_sub(self.top.max(other.top));
        let width = self.right.min(other.right).saturating_sub(self.left.max(other.left));
        height * width
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_as_many_anchors_as_scores_and_all_are_within_the_padded_picture() {
        let anchors = anchors();
        assert_eq!(anchors.len(), 6 * 14 * 14 + 6 * 7 * 7 + 9 * 4 * 4);
        let padded = SIDE + 2 * PADDING;
        for anchor in &anchors {
            assert!(anchor.top < anchor.bottom && anchor.bottom <= padded, "{anchor:?}");
            assert!(anchor.left < anchor.right && anchor.right <= padded, "{anchor:?}");
        }
    }
}
