//! The time until changes are seen, as a plot.

use super::course::CoursePlot;
use super::numbers::{count, millis, plural};
use crate::follow::{Bars, Delays, Past};

/// The number of bars.
const BARS: usize = 28;

/// The height of the tallest bar, and the place of its foot, in pixels.
const HEIGHT: f64 = 76.0;
const FOOT: f64 = 104.0;

/// The plot.
#[derive(Debug, Default)]
pub(super) struct Soon {
    /// The number of messages, such as `1 433 messages`.
    pub(super) messages: String,
    pub(super) bars: Vec<Bar>,
    /// The lines at p50 and p99.
    pub(super) lines: Vec<Line>,
    /// The numbers below the axis.
    pub(super) ticks: Vec<Tick>,
    /// The reason for the shape of the plot.
    pub(super) caption: String,
    /// The same in the course of time, once there is one.
    pub(super) course: Option<CoursePlot>,
    /// True if nothing was measured.
    pub(super) is_empty: bool,
}

/// A bar. Places are in per cent and in pixels.
#[derive(Debug)]
pub(super) struct Bar {
    pub(super) x: String,
    pub(super) width: String,
    pub(super) y: String,
    pub(super) height: String,
    pub(super) title: String,
}

/// A line at a part of all messages.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) id: &'static str,
    pub(super) x: String,
    pub(super) label: String,
    pub(super) y: u32,
    pub(super) anchor: &'static str,
}

/// A number below the axis.
#[derive(Debug)]
pub(super) struct Tick {
    pub(super) x: String,
    pub(super) label: String,
    pub(super) anchor: &'static str,
}

impl Soon {
    /// Draws the delays of a task that looks at this interval, or gets told by the kernel.
    pub(super) fn new(delays: &Delays, past: &Past, interval_ms: Option<u64>) -> Self {
        let (Some(half), Some(most)) = (delays.within(0.5), delays.within(0.99)) else {
            return Self { is_empty: true, ..Self::default() };
        };
        let Bars { width_ms, counts } = delays.bars(BARS);
        let (tallest, all) = (counts.iter().max().copied().unwrap_or(1).max(1), counts.len());
        let end = width_ms * all as u64;
        let place = |ms: u64| (ms as f64 / end as f64 * 100.0).min(100.0);
        let bar = |(index, number): (usize, &u64)| {
            let height = *number as f64 / tallest as f64 * HEIGHT;
            // One message among thousands is seen all the same.
            let height = if *number > 0 { height.max(1.5) } else { 0.0 };
            let begin = index as u64 * width_ms;
            let last = if index + 1 == all { " or more" } else { "" };
            let messages = plural(*number, "message", "messages");
            Bar {
                x: format!("{:.2}%", 100.0 / all as f64 * index as f64),
                width: format!("{:.2}%", 100.0 / all as f64 * 0.88),
                y: format!("{:.1}", FOOT - height),
                height: format!("{height:.1}"),
                title: format!("{begin} to {} ms{last}: {} {messages}", begin + width_ms, count(*number)),
            }
        };
        let line = |id, part: &str, ms: u64, y| {
            let x = place(ms + 1).min(99.6);
            let anchor = if x > 50.0 { "end" } else { "start" };
            Line { id, x: format!("{x:.2}%"), label: format!("{part} {} ms", millis(ms as f64)), y, anchor }
        };
        Self {
            messages: format!("{} {}", count(delays.count()), plural(delays.count(), "message", "messages")),
            bars: counts.iter().enumerate().map(bar).collect(),
            lines: vec![line("p50", "half in", half, 10), line("p99", "99 % in", most, 23)],
            ticks: ticks(end),
            caption: caption(half, interval_ms, width_ms),
            course: CoursePlot::new(past),
            is_empty: false,
        }
    }
}

/// Returns the numbers at the quarters of an axis of `end` milliseconds. A quarter that is no whole number has none.
fn ticks(end: u64) -> Vec<Tick> {
    let quarters = (0..=4_u64).filter(|quarter| (end * quarter).is_multiple_of(4));
    let tick = |quarter| {
        let (ms, unit) = (end * quarter / 4, if quarter == 4 { " ms" } else { "" });
        let anchor = match quarter {
            0 => "start",
            4 => "end",
            _ => "middle",
        };
        Tick { x: format!("{}%", quarter * 25), label: format!("{}{unit}", count(ms)), anchor }
    };
    quarters.map(tick).collect()
}

fn caption(half: u64, interval_ms: Option<u64>, width_ms: u64) -> String {
    let shape = match interval_ms {
        None => "The kernel tells of writes on this host, so nothing waits for a look. On EFS it is flat up to the interval.".to_owned(),
        Some(interval) if half * 4 < interval => {
            "Most are seen at once, because the function tells the tasks what it has written. What nobody tells waits for a look."
                .to_owned()
        }
        Some(interval) => format!(
            "Flat, because a change comes at any moment between two looks, {interval} ms apart. A shorter interval moves the right edge."
        ),
    };
    format!("{shape} Each bar is {width_ms} ms wide.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_number_stands_twice_below_the_axis() {
        let labels = |end| ticks(end).into_iter().map(|tick| tick.label).collect::<Vec<_>>();
        assert_eq!(labels(1), ["0", "1 ms"]);
        assert_eq!(labels(2), ["0", "1", "2 ms"]);
        assert_eq!(labels(520), ["0", "130", "260", "390", "520 ms"]);
    }
}
