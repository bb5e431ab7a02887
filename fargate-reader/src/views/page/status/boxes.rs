//! The boxes of the tasks, and of the browsers behind them.

use std::time::Duration;

use super::content::StatusPage;
use super::looking::shown;
use super::numbers::{count, span};
use super::strip::Strip;
use crate::around::{OtherTask, TaskReport};
use crate::views::page::visible::visible;

/// The largest number of tasks in the picture.
const MOST: usize = 8;

/// The largest number of browsers that are drawn as dots.
const DOTS: u64 = 12;

/// The number of characters of an id by which people tell tasks apart.
const SHORT: usize = 4;

/// A task, and the browsers that it serves.
#[derive(Debug)]
pub(super) struct TaskBox {
    pub(super) name: String,
    pub(super) is_me: bool,
    /// The reason why nothing is known of it; `None` if it has answered.
    pub(super) silent: Option<String>,
    pub(super) serves: String,
    /// True if it does not serve what is on disk, or cannot read the volume.
    pub(super) is_at_fault: bool,
    pub(super) strip: Strip,
    pub(super) looked: String,
    pub(super) every: String,
    pub(super) browsers: String,
    /// One element for each browser that is drawn.
    pub(super) dots: Vec<()>,
}

/// Returns the boxes, this task first, and the number of tasks that are not among them.
pub(super) fn tasks(page: &StatusPage<'_>) -> (Vec<TaskBox>, usize) {
    let me = TaskBox::of(page.me, "this task".to_owned(), true);
    let others = page.around.tasks.iter().take(MOST - 1).map(|task| other(task, page.with_details));
    let more = page.around.tasks.len().saturating_sub(MOST - 1) + page.around.unasked;
    (std::iter::once(me).chain(others).collect(), more)
}

fn other(task: &OtherTask, with_details: bool) -> TaskBox {
    let OtherTask { address, report } = task;
    match report {
        Ok(report) => {
            let skipped = report.task.chars().count().saturating_sub(SHORT);
            let end: String = report.task.chars().skip(skipped).collect();
            TaskBox::of(report, format!("task …{}", visible(&end)), false)
        }
        // Addresses are those of a private network.
        Err(reason) if with_details => {
            TaskBox::silent(format!("task at {}", visible(address)), visible(reason).into_owned())
        }
        Err(_) => TaskBox::silent("another task".to_owned(), "no answer".to_owned()),
    }
}

impl TaskBox {
    fn of(report: &TaskReport, name: String, is_me: bool) -> Self {
        let serves = match report.generation {
            0 => "the defaults".to_owned(),
            generation => generation.to_string(),
        };
        let last = report.looked_ms.iter().min();
        let looked = match last {
            Some(age @ 0..1_000) => format!("looked {age} ms ago"),
            Some(age) => format!("looked {} ago", span(*age as f64 / 1_000.0)),
            None => "no look in the last 5 s".to_owned(),
        };
        let every = report.interval_ms.map_or_else(
            || "told by inotify".to_owned(),
            |interval| format!("every {}", shown(Duration::from_millis(interval))),
        );
        let browsers = match report.streams {
            0 => "nobody".to_owned(),
            streams => format!("{} here", count(streams)),
        };
        Self {
            name,
            is_me,
            silent: None,
            serves,
            is_at_fault: report.rejected || !report.volume_ok,
            strip: Strip::new(report.looked_ms.iter().copied(), report.found_ms.iter().copied()),
            looked,
            every,
            browsers,
            dots: (0..report.streams.min(DOTS)).map(|_| ()).collect(),
        }
    }

    fn silent(name: String, reason: String) -> Self {
        Self {
            name,
            is_me: false,
            silent: Some(reason),
            serves: String::new(),
            is_at_fault: true,
            strip: Strip::default(),
            looked: String::new(),
            every: String::new(),
            browsers: "not known".to_owned(),
            dots: Vec::new(),
        }
    }
}
