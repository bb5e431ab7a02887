//! The journey of an entry: how long it was with the function, the volume and the task.
//!
//! The three have clocks of their own. A time that lies before the one that it follows shows that two clocks differ, and is
//! moved to it, so that no part is negative and the parts add up. The script of the page adds the last part, the browser's.

use askama::Template;
use jiff::{SignedDuration, Timestamp};

use crate::follow::Message;

/// The longest part. More is no journey: the log was edited, or a clock was set.
const LONGEST: SignedDuration = SignedDuration::from_hours(1);

/// The largest difference between two clocks with which the parts still mean something.
const MOST_APART: SignedDuration = SignedDuration::from_secs(1);

/// The length of the bar, in units of its picture.
const LENGTH: i64 = 1000;

/// The shortest part of the bar that can be seen.
const SHORTEST: i64 = 24;

/// The gap between two parts of the bar.
const GAP: i64 = 8;

/// The name of the parts of volume and task together, if it is not known when the volume had the entry.
const BOTH: &str = "volume and task";

/// The times of an entry, in their order. A time that is not known is `None`.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::views) struct Times {
    pub(in crate::views) received: Option<Timestamp>,
    pub(in crate::views) at: Option<Timestamp>,
    pub(in crate::views) stored: Option<Timestamp>,
    pub(in crate::views) seen: Option<Timestamp>,
}

impl Times {
    /// Returns the times of a message that are its own: a log that was edited has those of the edit, and several entries that
    /// were read together have the time of the last one.
    pub(in crate::views) fn of(message: &Message) -> Self {
        let Message { received, at, stored, seen, rewritten, followed, .. } = *message;
        if rewritten { Self::default() } else { Self { received, at, stored: stored.filter(|_| !followed), seen } }
    }
}

/// The parts of a journey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::views) struct Journey {
    pub(in crate::views) parts: Vec<Part>,
    /// The remarks about the clocks.
    clocks: Vec<String>,
}

/// A part of a journey.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::views) struct Part {
    pub(in crate::views) name: &'static str,
    pub(in crate::views) millis: i64,
    /// The explanation.
    title: &'static str,
}

#[derive(Template)]
#[template(path = "journey.html")]
struct JourneyElement<'a> {
    journey: &'a Journey,
    sum: String,
    bar: Vec<(&'static str, i64, i64)>,
}

impl Journey {
    /// Returns the journey, or `None` if a time is missing or cannot be true.
    pub(in crate::views) fn of(times: Times) -> Option<Self> {
        let Times { received, at, stored, seen } = times;
        let (received, at, seen) = (received?, at?, seen?);
        let (function, mut clocks) = (at.duration_since(received), Vec::new());
        // Both are of one clock.
        if function.is_negative() {
            return None;
        }
        if at > seen {
            clocks.push(apart("function", "task", at.duration_since(seen))?);
        }
        let seen = seen.max(at);
        let mut parts =
            vec![Part::new("function", function, "from the request to the write, by the function’s clock")?];
        let Some(stored) = stored else {
            parts.push(Part::new(BOTH, seen.duration_since(at), "from the write until this task had read it")?);
            return Some(Self { parts, clocks });
        };
        let (stored, clock) = match stored {
            stored if stored < at => (at, Some(apart("function", "volume", at.duration_since(stored))?)),
            stored if stored > seen => (seen, Some(apart("volume", "task", stored.duration_since(seen))?)),
            stored => (stored, None),
        };
        clocks.extend(clock);
        parts.push(Part::new("volume", stored.duration_since(at), "from the write until the file had it")?);
        parts.push(Part::new("task", seen.duration_since(stored), "until this task had read it")?);
        Some(Self { parts, clocks })
    }

    /// Renders the bar.
    ///
    /// # Errors
    /// Returns an error if the template fails.
    pub(super) fn render(&self) -> Result<String, askama::Error> {
        let millis: Vec<_> = self.parts.iter().map(|part| part.millis).collect();
        let names = self.parts.iter().map(|part| part.name);
        let bar = names.zip(places(&millis)).map(|(name, (x, width))| (name, x, width)).collect();
        JourneyElement { journey: self, sum: spoken(millis.iter().sum()), bar }.render()
    }
}

impl Part {
    /// Returns `None` if it is too long.
    fn new(name: &'static str, time: SignedDuration, title: &'static str) -> Option<Self> {
        (time <= LONGEST).then(|| Self { name, millis: i64::try_from(time.as_millis()).unwrap_or(0), title })
    }

    pub(in crate::views) fn time(&self) -> String {
        spoken(self.millis)
    }
}

/// Returns the remark that two clocks differ, or `None` if they differ too much.
fn apart(one: &str, other: &str, by: SignedDuration) -> Option<String> {
    let millis = by.as_millis().max(1);
    (by <= MOST_APART).then(|| {
        format!(
            "The clocks of {one} and {other} differ by {millis} ms or more: the part between them is as exact as that."
        )
    })
}

/// Returns the place and the width of each part of the bar, whose length is always the same.
fn places(millis: &[i64]) -> Vec<(i64, i64)> {
    let count = i64::try_from(millis.len()).unwrap_or(1).max(1);
    let (sum, rest) = (millis.iter().sum::<i64>().max(1), LENGTH - count * SHORTEST - (count - 1) * GAP);
    let (mut begin, mut before) = (0, 0);
    let place = |millis: &i64| {
        // The end is that of the sum up to here, so that nothing is lost by rounding.
        let (from, to) = (rest * before / sum, rest * (before + millis) / sum);
        let place = (begin, SHORTEST + to - from);
        (begin, before) = (begin + place.1 + GAP, before + millis);
        place
    };
    millis.iter().map(place).collect()
}

/// Returns a time in the unit that fits.
fn spoken(millis: i64) -> String {
    match millis {
        ..10_000 => format!("{millis} ms"),
        10_000..120_000 => format!("{} s", millis / 1_000),
        _ => format!("{} min", millis / 60_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn times(millis: [Option<i64>; 4]) -> Times {
        let [received, at, stored, seen] =
            millis.map(|millis| millis.map(|millis| Timestamp::from_millisecond(1_700_000_000_000 + millis).unwrap()));
        Times { received, at, stored, seen }
    }

    fn journey(received: i64, at: i64, stored: i64, seen: i64) -> Option<(Vec<i64>, Vec<String>)> {
        let journey = Journey::of(times([received, at, stored, seen].map(Some)))?;
        Some((journey.parts.iter().map(|part| part.millis).collect(), journey.clocks))
    }

    #[test]
    fn the_parts_are_the_times_between_the_moments() {
        assert_eq!(journey(0, 4, 16, 112), Some((vec![4, 12, 96], Vec::new())));
    }

    #[test]
    fn a_clock_that_differs_makes_no_part_negative_and_is_told() {
        let (parts, clocks) = journey(0, 4, 1, 100).unwrap();
        assert_eq!(parts, [4, 0, 96]);
        assert!(clocks[0].contains("function and volume differ by 3 ms"), "{clocks:?}");
        let (parts, clocks) = journey(0, 4, 150, 100).unwrap();
        assert_eq!(parts, [4, 96, 0]);
        assert!(clocks[0].contains("volume and task differ by 50 ms"), "{clocks:?}");
        let (parts, clocks) = journey(0, 90, 91, 70).unwrap();
        assert_eq!((parts, clocks.len()), (vec![90, 0, 0], 2));
    }

    #[test]
    fn there_is_no_journey_rather_than_a_wrong_one() {
        let year_9999 = 251_000_000_000_000;
        for (received, at, stored, seen) in [
            (5, 4, 16, 112),
            (0, 3_600_001, 3_600_002, 3_600_003),
            (-year_9999 / 1000, 4, 16, 112),
            (0, 4, 16, 4_000_000),
            (0, 2_000, 2_001, 100),
            (0, 4, 9_000, 100),
            (0, year_9999, year_9999, 3),
        ] {
            assert_eq!(journey(received, at, stored, seen), None, "{received} {at} {stored} {seen}");
        }
        for missing in [0, 1, 3] {
            let mut all = [Some(0), Some(4), Some(16), Some(112)];
            all[missing] = None;
            assert_eq!(Journey::of(times(all)), None, "{missing}");
        }
    }

    #[test]
    fn volume_and_task_are_one_part_if_it_is_not_known_when_the_volume_had_the_entry() {
        let parts = Journey::of(times([Some(0), Some(4), None, Some(112)])).unwrap().parts;
        assert_eq!(
            parts.iter().map(|part| (part.name, part.millis)).collect::<Vec<_>>(),
            [("function", 4), (BOTH, 108)]
        );
    }

    #[test]
    fn the_bar_is_always_as_long_and_each_part_is_seen() {
        for millis in [vec![4, 12, 96], vec![0, 0, 0], vec![0, 0, 3_600_000], vec![1, 1, 1], vec![3_600_000; 3]] {
            let places = places(&millis);
            let (x, width) = places[places.len() - 1];
            assert!(places.iter().all(|(_, width)| *width >= SHORTEST), "{places:?}");
            assert!(x + width == LENGTH || millis == [0, 0, 0], "{places:?}");
        }
    }

    #[test]
    fn times_have_the_unit_that_fits() {
        assert_eq!(
            [0, 96, 9_999, 10_000, 119_999, 120_000].map(spoken),
            ["0 ms", "96 ms", "9999 ms", "10 s", "119 s", "2 min"]
        );
    }
}
