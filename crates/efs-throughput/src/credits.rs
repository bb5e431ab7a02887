//! Burst credits: how long they last.

use crate::units::SECONDS_PER_HOUR;

/// The time until something happens, in hours.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Until {
    /// It never happens.
    Never,
    /// It happens after `least` to `most` hours: AWS does not say everything that decides it. Both are the same if it does. `most`
    /// is infinite if it may never happen.
    Between {
        /// The shortest time.
        least: f64,
        /// The longest time.
        most: f64,
    },
}

impl Until {
    /// Returns the time until `credits` MiB are gone at `metered` MiB/s, while between `least_earned` and `most_earned` MiB/s come back.
    pub(crate) fn empty(credits: f64, metered: f64, (least_earned, most_earned): (f64, f64)) -> Self {
        let hours = |earned: f64| {
            let lost = metered - earned;
            if lost > 0.0 { credits / lost / SECONDS_PER_HOUR } else { f64::INFINITY }
        };
        match (hours(least_earned), hours(most_earned)) {
            (least, _) if least.is_infinite() => Self::Never,
            (least, most) => Self::Between { least, most },
        }
    }
}
