//! Delays in the course of time: a bounded number of spans of one width, however long the reader runs.

use std::time::{Duration, Instant};

use super::delays::Delays;

/// The largest number of spans.
const MAX_SPANS: usize = 48;

/// The width of a span at first. It is doubled when there is no room for another one.
const FIRST_WIDTH: Duration = Duration::from_secs(1);

/// The delays of each span of time since the start.
#[derive(Debug)]
pub(super) struct Course {
    began: Instant,
    width: Duration,
    spans: Vec<Delays>,
}

/// The delays of a span in which messages came, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) p50: u64,
    pub(crate) p99: u64,
}

/// The spans from the start of the reader until now. A span without a message is `None`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Past {
    pub(crate) spans: Vec<Option<Span>>,
    pub(crate) uptime: Duration,
}

impl Course {
    pub(super) fn starting(began: Instant) -> Self {
        Self { began, width: FIRST_WIDTH, spans: Vec::new() }
    }

    /// Counts a delay of this moment.
    pub(super) fn add(&mut self, now: Instant, milliseconds: u64) {
        let index = self.reach(now);
        self.spans[index].add(milliseconds);
    }

    /// Returns the spans until this moment.
    pub(super) fn until(&mut self, now: Instant) -> Past {
        self.reach(now);
        let spans = self.spans.iter().map(|delays| {
            let (p50, p99) = (delays.within(0.5)?, delays.within(0.99)?);
            Some(Span { p50, p99 })
        });
        Past { spans: spans.collect(), uptime: now.saturating_duration_since(self.began) }
    }

    /// Makes room for this moment, and returns the index of its span.
    fn reach(&mut self, now: Instant) -> usize {
        let passed = now.saturating_duration_since(self.began).as_millis();
        let mut index = passed / self.width.as_millis();
        while index >= MAX_SPANS as u128 {
            self.width *= 2;
            self.spans = self.spans.chunks(2).map(Delays::sum).collect();
            index = passed / self.width.as_millis();
        }
        let index = usize::try_from(index).unwrap_or(MAX_SPANS - 1);
        self.spans.resize_with(self.spans.len().max(index + 1), Delays::default);
        index
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(began: Instant, seconds: u64) -> Instant {
        began + Duration::from_secs(seconds)
    }

    #[test]
    fn each_span_has_its_own_delays_and_one_without_messages_has_none() {
        let began = Instant::now();
        let mut course = Course::starting(began);
        for (second, delay) in [(0, 10), (0, 30), (2, 7)] {
            course.add(at(began, second), delay);
        }
        let past = course.until(at(began, 3));
        assert_eq!(past.spans, [Some(Span { p50: 10, p99: 30 }), None, Some(Span { p50: 7, p99: 7 }), None]);
        assert_eq!(past.uptime, Duration::from_secs(3));
    }

    #[test]
    fn a_reader_that_runs_for_a_year_has_few_spans_and_no_delay_is_lost() {
        let began = Instant::now();
        let mut course = Course::starting(began);
        let year = 365 * 24 * 3600;
        for step in 0..2_000 {
            course.add(at(began, year / 2_000 * step), step);
        }
        let past = course.until(at(began, year));
        assert!((MAX_SPANS / 2..=MAX_SPANS).contains(&past.spans.len()), "{} spans", past.spans.len());
        assert_eq!(course.spans.iter().map(Delays::count).sum::<u64>(), 2_000);
        let medians: Vec<_> = past.spans.iter().flatten().map(|span| span.p50).collect();
        assert!(medians.is_sorted() && medians.len() > MAX_SPANS / 2 - 2, "{medians:?}");
    }

    #[test]
    fn a_moment_before_the_start_counts_as_the_start() {
        let now = Instant::now();
        let mut course = Course::starting(at(now, 5));
        course.add(now, 3);
        assert_eq!(course.until(now).spans, [Some(Span { p50: 3, p99: 3 })]);
    }
}
