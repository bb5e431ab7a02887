//! Latencies of many samples.

use std::time::{Duration, Instant, SystemTime};

use serde_json::{Value, json};

use crate::sight::INTERVAL;

/// The samples of one measurement. `None` is a change that was never seen.
#[derive(Debug, Default)]
pub(crate) struct Latencies(Vec<Option<Duration>>);

impl Latencies {
    pub(crate) fn of(samples: impl IntoIterator<Item = Option<Duration>>) -> Self {
        Self(samples.into_iter().collect())
    }

    pub(crate) fn missed(&self) -> usize {
        self.0.iter().filter(|sample| sample.is_none()).count()
    }

    /// Returns a percentile of the samples that were seen, in milliseconds.
    pub(crate) fn percentile_ms(&self, percent: usize) -> Option<u128> {
        let mut seen: Vec<_> = self.0.iter().flatten().collect();
        seen.sort();
        let rank = (seen.len() * percent).div_ceil(100).max(1);
        seen.get(rank - 1).map(|sample| sample.as_millis())
    }

    pub(crate) fn cells(&self) -> Vec<(&'static str, Value)> {
        let ms = |percent| self.percentile_ms(percent).map_or(json!("-"), |ms| json!(ms as u64));
        vec![
            ("writes", json!(self.0.len())),
            ("min ms", ms(0)),
            ("p50 ms", ms(50)),
            ("p99 ms", ms(99)),
            ("max ms", ms(100)),
            ("missed", json!(self.missed())),
        ]
    }
}

/// Returns random pauses before each of `count` writes, spread evenly over the poll interval.
///
/// The latency of a write is mostly its distance to the next tick. Each part of the interval gets the same number of
/// writes, so that few writes give the same figures as many. Each pause is longer than the effects of the write before.
pub(crate) fn random_moments(count: usize) -> Vec<Duration> {
    let mut parts: Vec<_> = (0..count).collect();
    fastrand::shuffle(&mut parts);
    let part = INTERVAL.as_secs_f64() / count as f64;
    let moment = |number: usize| INTERVAL.as_secs_f64() + part * (number as f64 + fastrand::f64());
    parts.into_iter().map(|number| Duration::from_secs_f64(moment(number))).collect()
}

/// Returns the same moment by the other clock. All clients share both clocks.
pub(crate) fn instant(when: SystemTime) -> Instant {
    let ago = SystemTime::now().duration_since(when).unwrap_or_default();
    Instant::now().checked_sub(ago).unwrap_or_else(Instant::now)
}

#[cfg(test)]
mod tests {
    use super::Latencies;
    use std::time::Duration;

    #[test]
    fn percentiles_count_seen_samples_and_the_others_are_missed() {
        let seen = (1..=200).map(|ms| Some(Duration::from_millis(ms)));
        let latencies = Latencies::of(seen.chain([None]));
        assert_eq!(latencies.percentile_ms(50), Some(100));
        assert_eq!(latencies.percentile_ms(99), Some(198));
        assert_eq!(latencies.percentile_ms(100), Some(200));
        assert_eq!(latencies.missed(), 1);
        assert_eq!(Latencies::default().percentile_ms(50), None);
    }
}
