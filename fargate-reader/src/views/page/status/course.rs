//! The delays in the course of time, as two lines.

use super::numbers::{count, millis, span};
use crate::follow::Past;

/// The height of the plot, in pixels.
const HEIGHT: f64 = 56.0;

/// Two lines over the time since the start.
#[derive(Debug)]
pub(super) struct CoursePlot {
    pub(super) lines: [CourseLine; 2],
    /// The width of the drawing, in spans.
    pub(super) width: usize,
    /// The time since the start, such as `6 h 12 min ago`.
    pub(super) began: String,
    pub(super) label: String,
}

/// A line, broken where no message came.
#[derive(Debug)]
pub(super) struct CourseLine {
    pub(super) id: &'static str,
    pub(super) path: String,
    /// The last value, such as `p99 269 ms`, and its place in pixels.
    pub(super) label: String,
    pub(super) y: u32,
}

impl CoursePlot {
    /// Draws the lines. `None` if messages came in one span only: there is no course of time yet.
    pub(super) fn new(past: &Past) -> Option<Self> {
        let known = past.spans.iter().flatten();
        let (last, highest) = (known.clone().next_back()?, known.clone().map(|span| span.p99).max()?);
        if known.count() < 2 {
            return None;
        }
        let place = |ms: u64| HEIGHT - ms as f64 / highest.max(1) as f64 * HEIGHT;
        let line = |id, of: fn(&crate::follow::Span) -> u64, label: u32| CourseLine {
            id,
            path: path(past.spans.iter().map(|span| span.as_ref().map(|span| place(of(span))))),
            label: format!("{id} {} ms", millis(of(last) as f64)),
            y: label,
        };
        let apart = 14;
        let lower = place(last.p50).clamp(0.0, HEIGHT) as u32 + 4;
        let upper = (place(last.p99).clamp(0.0, HEIGHT) as u32 + 4).min(lower.saturating_sub(apart)).max(4);
        Some(Self {
            lines: [line("p99", |span| span.p99, upper), line("p50", |span| span.p50, lower.max(upper + apart))],
            width: past.spans.len(),
            began: format!("{} ago", span(past.uptime.as_secs_f64().round())),
            label: format!("p50 and p99 since the start; the highest is {} ms", count(highest)),
        })
    }
}

/// Returns the path through the middle of each span. A span alone is a point.
fn path(places: impl Iterator<Item = Option<f64>>) -> String {
    let (mut path, mut is_drawn) = (String::new(), false);
    for (index, place) in places.enumerate() {
        let Some(y) = place else {
            is_drawn = false;
            continue;
        };
        let x = index as f64 + 0.5;
        // A line of no length shows as a point, because its ends are round.
        path += &if is_drawn { format!("L{x} {y:.1}") } else { format!("M{x} {y:.1}h0") };
        is_drawn = true;
    }
    path
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::follow::Span;

    fn past(spans: &[Option<(u64, u64)>]) -> Past {
        let spans = spans.iter().map(|span| span.map(|(p50, p99)| Span { p50, p99 })).collect();
        Past { spans, uptime: Duration::from_secs(22_320) }
    }

    #[test]
    fn lines_are_broken_where_no_message_came() {
        let plot = CoursePlot::new(&past(&[Some((50, 100)), Some((100, 200)), None, Some((0, 200))])).unwrap();
        assert_eq!(plot.lines[0].path, "M0.5 28.0h0L1.5 0.0M3.5 0.0h0");
        assert_eq!(plot.lines[1].path, "M0.5 42.0h0L1.5 28.0M3.5 56.0h0");
        assert_eq!((plot.width, plot.began.as_str()), (4, "6 h 12 min ago"));
        assert_eq!((plot.lines[0].label.as_str(), plot.lines[1].label.as_str()), ("p99 200 ms", "p50 <1 ms"));
    }

    #[test]
    fn labels_do_not_cover_each_other_and_stay_in_the_plot() {
        for last in [(0, 0), (199, 200), (200, 200), (10, 12), (0, 200)] {
            let plot = CoursePlot::new(&past(&[Some((200, 200)), Some(last)])).unwrap();
            let [upper, lower] = &plot.lines;
            assert!(upper.y >= 4 && upper.y + 14 <= lower.y && lower.y <= 60 + 14, "{last:?}: {} {}", upper.y, lower.y);
        }
    }

    #[test]
    fn one_span_is_no_course() {
        assert!(CoursePlot::new(&past(&[None, Some((1, 2)), None])).is_none());
        assert!(CoursePlot::new(&past(&[])).is_none());
    }
}
