//! The cost of looking at the files again and again.

use std::time::Duration;

use efs_throughput::Polling;

use super::content::StatusPage;
use super::numbers::{decimal, dollars};
use crate::follow::RequestRate;

/// The interval of the example below the table.
const SHORT: Duration = Duration::from_millis(100);

/// The table.
#[derive(Debug)]
pub(super) struct Looking {
    pub(super) rows: Vec<Row>,
    /// The part of the throughput that is always there in the mode Bursting, in per cent.
    pub(super) of_floor: String,
    /// The price of looking every 100 ms.
    pub(super) short: String,
    /// True if the kernel has counted the requests of this task.
    pub(super) is_counted: bool,
    /// True if this task watches by looking.
    pub(super) is_looking: bool,
}

/// A row: a rate of requests, and its price.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) name: String,
    pub(super) is_now: bool,
    pub(super) requests_s: String,
    pub(super) kib_s: String,
    pub(super) elastic: String,
}

impl Looking {
    pub(super) fn new(page: &StatusPage<'_>) -> Self {
        let interval = page.snapshot.scan_interval;
        let others: Vec<_> = page.around.tasks.iter().filter_map(|task| task.report.as_ref().ok()).collect();
        let now = page.me.requests_s + others.iter().map(|report| report.requests_s).sum::<f64>();
        let name = match others.len() {
            0 => "now: this task".to_owned(),
            others => format!("now: all {} tasks", others + 1),
        };
        let calm = page.idle_interval.max(interval);
        let example =
            |interval: Duration| row(format!("a task, every {}", shown(interval)), RequestRate::at(interval), false);
        let polling = Polling::new(now);
        Self {
            rows: vec![example(interval), example(calm), row(name, now, true)],
            of_floor: format!("{:.0} %", polling.part_of_floor() * 100.0),
            short: dollars(Polling::new(RequestRate::at(SHORT)).elastic_usd_a_month()),
            is_counted: page.me.is_counted,
            is_looking: page.me.interval_ms.is_some(),
        }
    }
}

fn row(name: String, requests_s: f64, is_now: bool) -> Row {
    let polling = Polling::new(requests_s);
    Row {
        name,
        is_now,
        requests_s: decimal(polling.requests_s()),
        kib_s: decimal(polling.kib_s()),
        elastic: dollars(polling.elastic_usd_a_month()),
    }
}

/// Returns an interval, such as `250 ms` or `2 s`.
pub(super) fn shown(interval: Duration) -> String {
    let millis = interval.as_millis();
    if millis >= 1_000 && millis.is_multiple_of(100) {
        format!("{} s", decimal(interval.as_secs_f64()))
    } else {
        format!("{millis} ms")
    }
}
