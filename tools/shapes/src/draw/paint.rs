//! Computes the pixels of a picture.

use image::{Rgb, RgbImage};

use super::colour::{Colour, Palette, mix};
use crate::shape::Outline;

/// A shape in its place, and the colours. Lengths are in pixels, angles in radians, shares from 0 to 1.
#[derive(Debug)]
pub(super) struct Scene {
    pub(super) outline: Outline,
    pub(super) centre: [f32; 2],
    pub(super) radius: f32,
    pub(super) rotation: f32,
    /// The direction of the background's gradient.
    pub(super) direction: f32,
    pub(super) palette: Palette,
    /// The share of the light that the shape takes from the background beneath it.
    pub(super) shadow: f32,
    /// The largest change of a pixel's brightness.
    pub(super) noise: f32,
}

/// The place of the shadow and the width of its edge, in radii of the shape.
const SHADOW_OFFSET: [f32; 2] = [0.05, 0.09];
const SHADOW_EDGE: f32 = 0.16;

/// A shape and its shadow lie within this many radii of the centre.
const REACH: f32 = 1.3;

impl Scene {
    pub(super) fn paint(&self, width: u32, height: u32, rng: &mut fastrand::Rng) -> RgbImage {
        let turn = self.rotation.sin_cos();
        let (down, right) = self.direction.sin_cos();
        let span = width as f32 * right.abs() + height as f32 * down.abs();
        let middle = [width as f32 / 2.0, height as f32 / 2.0];
        RgbImage::from_fn(width, height, |x, y| {
            let pixel = [x as f32 + 0.5, y as f32 + 0.5];
            let along = ((pixel[0] - middle[0]) * right + (pixel[1] - middle[1]) * down) / span + 0.5;
            let colour =
                self.on_top_of(mix(self.palette.background[0], self.palette.background[1], along), pixel, turn);
            let noise = self.noise * (rng.f32() - 0.5) * 2.0;
            Rgb(colour.map(|channel| ((channel + noise) * 255.0).round().clamp(0.0, 255.0) as u8))
        })
    }

    /// Returns the colour of a pixel whose background is `below`.
    fn on_top_of(&self, below: Colour, pixel: [f32; 2], turn: (f32, f32)) -> Colour {
        let offset = [(pixel[0] - self.centre[0]) / self.radius, (pixel[1] - self.centre[1]) / self.radius];
        if offset[0] * offset[0] + offset[1] * offset[1] > REACH * REACH {
            return below;
        }
        // An edge is one pixel wide: the share of the pixel that the shape covers.
        let covered = (0.5 - self.distance(offset, turn) * self.radius).clamp(0.0, 1.0);
        if covered == 1.0 {
            return self.surface(offset);
        }
        mix(self.shaded(below, offset, turn), self.surface(offset), covered)
    }

    fn surface(&self, offset: [f32; 2]) -> Colour {
        mix(self.palette.shape[0], self.palette.shape[1], (offset[1] + 1.0) / 2.0)
    }

    fn shaded(&self, below: Colour, offset: [f32; 2], turn: (f32, f32)) -> Colour {
        if self.shadow == 0.0 {
            return below;
        }
        let source = [offset[0] - SHADOW_OFFSET[0], offset[1] - SHADOW_OFFSET[1]];
        let depth = (0.5 - self.distance(source, turn) / SHADOW_EDGE).clamp(0.0, 1.0);
        mix(below, [0.0; 3], self.shadow * depth * depth * (3.0 - 2.0 * depth))
    }

    /// Returns the distance from a place to the shape's outline, in radii. Pictures have y downwards.
    fn distance(&self, [x, y]: [f32; 2], (sine, cosine): (f32, f32)) -> f32 {
        self.outline.distance([x * cosine - y * sine, -x * sine - y * cosine])
    }
}
