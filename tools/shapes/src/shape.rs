//! The six shapes and their outlines.

use std::f32::consts::{FRAC_1_SQRT_2, PI};

/// A shape that the network knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A disc.
    Circle,
    /// Four equal sides.
    Square,
    /// Three equal sides.
    Triangle,
    /// Five points.
    Star,
    /// Two lobes and a point below.
    Heart,
    /// Two crossing bars of equal length.
    Cross,
}

impl Shape {
    /// All shapes, in the order of the network's outputs.
    pub const ALL: [Self; 6] = [Self::Circle, Self::Square, Self::Triangle, Self::Star, Self::Heart, Self::Cross];

    /// Returns the name: `circle`, `square`, `triangle`, `star`, `heart` or `cross`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Circle => "circle",
            Self::Square => "square",
            Self::Triangle => "triangle",
            Self::Star => "star",
            Self::Heart => "heart",
            Self::Cross => "cross",
        }
    }

    /// Returns the outline. It lies within a circle of radius 1 around the origin, with y upwards.
    pub(crate) fn outline(self) -> Outline {
        match self {
            Self::Circle => Outline::Circle(0.86),
            Self::Square => Outline::Polygon(ring(&[1.0; 4], PI / 4.0)),
            Self::Triangle => Outline::Polygon(ring(&[1.0; 3], PI / 2.0)),
            Self::Star => Outline::Polygon(ring(&[1.0, 0.45].repeat(5), PI / 2.0)),
            Self::Heart => Outline::Heart,
            Self::Cross => Outline::Polygon(cross(1.0, 0.31)),
        }
    }
}

/// The outline of a shape.
#[derive(Debug)]
pub(crate) enum Outline {
    /// A circle of this radius.
    Circle(f32),
    /// Straight lines between these points.
    Polygon(Vec<[f32; 2]>),
    /// Two arcs of 180 degrees on a square that stands on its corner.
    Heart,
}

/// The radius of the corners of a polygon.
const ROUNDING: f32 = 0.05;

/// The length of a unit in the heart's own coordinates.
const HEART_SCALE: f32 = 1.6;

impl Outline {
    /// Returns the distance from a point to the outline. It is negative inside.
    pub(crate) fn distance(&self, point: [f32; 2]) -> f32 {
        match self {
            Self::Circle(radius) => point[0].hypot(point[1]) - radius,
            Self::Polygon(corners) => to_polygon(corners, point) - ROUNDING,
            Self::Heart => to_heart([point[0] / HEART_SCALE, point[1] / HEART_SCALE + 0.55]) * HEART_SCALE,
        }
    }
}

/// Returns corners at equal angles, with these distances from the origin.
fn ring(distances: &[f32], first_angle: f32) -> Vec<[f32; 2]> {
    let step = 2.0 * PI / distances.len() as f32;
    let corner = |(number, distance): (usize, &f32)| {
        let (sine, cosine) = (first_angle + step * number as f32).sin_cos();
        [(distance - ROUNDING) * cosine, (distance - ROUNDING) * sine]
    };
    distances.iter().enumerate().map(corner).collect()
}

/// Returns the corners of a cross whose bars have half the length `long` and half the width `wide`.
fn cross(long: f32, wide: f32) -> Vec<[f32; 2]> {
    let (l, w) = (long - ROUNDING, wide - ROUNDING);
    let quarter = [[l, -w], [l, w], [w, w]];
    let turns: [fn([f32; 2]) -> [f32; 2]; 4] = [|[x, y]| [x, y], |[x, y]| [-y, x], |[x, y]| [-x, -y], |[x, y]| [y, -x]];
    turns.iter().flat_map(|turn| quarter.map(turn)).collect()
}

/// Returns the distance to the nearest side. The sign changes with each side that a ray from the point crosses.
fn to_polygon(corners: &[[f32; 2]], [x, y]: [f32; 2]) -> f32 {
    let mut nearest = f32::INFINITY;
    let mut sign = 1.0;
    let mut from = corners[corners.len() - 1];
    for &to in corners {
        let (side, offset) = ([to[0] - from[0], to[1] - from[1]], [x - from[0], y - from[1]]);
        let length = side[0] * side[0] + side[1] * side[1];
        let along = ((offset[0] * side[0] + offset[1] * side[1]) / length).clamp(0.0, 1.0);
        let gap = [offset[0] - along * side[0], offset[1] - along * side[1]];
        nearest = nearest.min(gap[0] * gap[0] + gap[1] * gap[1]);
        let is_left = side[0] * offset[1] > side[1] * offset[0];
        if (from[1] > y) != (to[1] > y) && is_left == (to[1] > from[1]) {
            sign = -sign;
        }
        from = to;
    }
    sign * nearest.sqrt()
}

/// Returns the distance to a heart with its point at the origin and its notch at (0, 1).
fn to_heart([x, y]: [f32; 2]) -> f32 {
    let x = x.abs();
    if x + y > 1.0 {
        return (x - 0.25).hypot(y - 0.75) - FRAC_1_SQRT_2 / 2.0;
    }
    let foot = 0.5 * (x + y).max(0.0);
    x.hypot(y - 1.0).min((x - foot).hypot(y - foot)).copysign(x - y)
}
