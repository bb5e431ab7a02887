//! The last seconds, drawn: a mark for each moment, the newest at the right.

use std::fmt::Write;

use crate::follow::LOOKS_AGE;

/// The width of the drawing in its own units. It is stretched to the width of its place.
const WIDTH: f64 = 500.0;

/// A strip of marks: a short one for each look, and a tall one for each moment at which something happened.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Strip {
    /// The path of the short marks.
    pub(super) short: String,
    /// The path of the tall marks.
    pub(super) tall: String,
    /// The number of tall marks.
    pub(super) happened: usize,
}

impl Strip {
    /// Draws marks of these ages in milliseconds. Older ones than the strip are left out.
    pub(super) fn new(short: impl IntoIterator<Item = u64>, tall: impl IntoIterator<Item = u64>) -> Self {
        let (mut strip, mut places) = (Self::default(), 0);
        short.into_iter().filter_map(place).for_each(|x| mark(&mut strip.short, x, 11));
        tall.into_iter().filter_map(place).for_each(|x| {
            places += 1;
            mark(&mut strip.tall, x, 2);
        });
        Self { happened: places, ..strip }
    }
}

fn place(age: u64) -> Option<f64> {
    let part = age as f64 / LOOKS_AGE.as_millis() as f64;
    (part <= 1.0).then_some(WIDTH * (1.0 - part))
}

fn mark(path: &mut String, x: f64, top: u32) {
    // Writing to a string cannot fail.
    let _ = write!(path, "M{x:.1} 18V{top}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_mark_is_at_the_right_and_old_ones_are_left_out() {
        let strip = Strip::new([5_000, 2_500, 0], [6_000, u64::MAX, 1_000]);
        assert_eq!(strip.short, "M0.0 18V11M250.0 18V11M500.0 18V11");
        assert_eq!((strip.tall.as_str(), strip.happened), ("M400.0 18V2", 1));
    }
}
