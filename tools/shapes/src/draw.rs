//! Draws a shape on a background.

mod colour;
mod paint;

use image::RgbImage;

use crate::shape::Shape;
use colour::Palette;
use paint::Scene;

/// Draws a shape with random place, size and colours, turned by up to 20 degrees. The same arguments give the same picture.
///
/// The background is plain or a gradient, with some noise, and clearly lighter or darker than the shape.
#[must_use]
pub fn picture(shape: Shape, seed: u64, width: u32, height: u32) -> RgbImage {
    let mut rng = fastrand::Rng::with_seed(seed);
    let size = width.min(height) as f32;
    let radius = size * between(&mut rng, 0.28, 0.46);
    let scene = Scene {
        outline: shape.outline(),
        centre: [place(&mut rng, width, radius), place(&mut rng, height, radius)],
        radius,
        rotation: between(&mut rng, -0.35, 0.35),
        direction: between(&mut rng, 0.0, std::f32::consts::TAU),
        palette: Palette::random(&mut rng),
        shadow: if rng.bool() { between(&mut rng, 0.05, 0.3) } else { 0.0 },
        noise: between(&mut rng, 0.0, 0.12),
    };
    scene.paint(width, height, &mut rng)
}

/// Draws a shape large, nearly upright and in colours that go well together.
#[must_use]
pub fn poster(shape: Shape, seed: u64, width: u32, height: u32) -> RgbImage {
    let mut rng = fastrand::Rng::with_seed(seed);
    let size = width.min(height) as f32;
    let radius = size * between(&mut rng, 0.3, 0.38);
    let near_middle = |rng: &mut fastrand::Rng, length: u32| length as f32 * between(rng, 0.46, 0.54);
    let scene = Scene {
        outline: shape.outline(),
        centre: [near_middle(&mut rng, width), near_middle(&mut rng, height)],
        radius,
        rotation: between(&mut rng, -0.25, 0.25),
        direction: between(&mut rng, 0.9, 1.6),
        palette: Palette::chosen(&mut rng),
        shadow: 0.22,
        noise: 0.012,
    };
    scene.paint(width, height, &mut rng)
}

/// Returns a random coordinate at which a shape lies fully in the picture.
fn place(rng: &mut fastrand::Rng, length: u32, radius: f32) -> f32 {
    between(rng, radius, length as f32 - radius)
}

fn between(rng: &mut fastrand::Rng, low: f32, high: f32) -> f32 {
    low + (high - low) * rng.f32()
}
