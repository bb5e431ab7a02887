//! The content of the page.

use std::time::Duration;

use efs_throughput::{OutOfBounds, Workload};

use crate::around::{Surroundings, TaskReport};
use crate::follow::{Delays, Facts, LastJourney, Past, Snapshot};

/// The content of the page.
#[derive(Debug)]
pub(crate) struct StatusPage<'a> {
    pub(crate) snapshot: &'a Snapshot,
    /// The beginning of `config.json` while it is rejected; `None` for those who may not see it.
    pub(crate) on_disk: Option<&'a str>,
    pub(crate) facts: &'a Facts,
    pub(crate) around: &'a Surroundings,
    /// The report of this task.
    pub(crate) me: &'a TaskReport,
    pub(crate) delays: &'a Delays,
    /// The same in the course of time.
    pub(crate) past: &'a Past,
    pub(crate) journey: Option<&'a LastJourney>,
    pub(crate) painted: Option<Painted>,
    /// True if its reader may see paths, addresses and reasons.
    pub(crate) with_details: bool,
    /// The name of the function; `None` if this reader has none.
    pub(crate) function: Option<&'a str>,
    pub(crate) idle_interval: Duration,
    pub(crate) planner: &'a PlannerForm,
}

/// The moment at which the browser has painted the last message, as it tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Painted {
    /// The id of the message.
    pub(crate) message: String,
    /// The moment by the clock of this task, in milliseconds since 1970.
    pub(crate) at_ms: u64,
    /// The uncertainty of that, in milliseconds: half a round trip.
    pub(crate) within_ms: u64,
}

/// The form of the planner, as it was sent.
#[derive(Debug)]
pub(crate) struct PlannerForm {
    pub(crate) storage: String,
    pub(crate) mode: String,
    pub(crate) provisioned: String,
    pub(crate) load: String,
    pub(crate) loads: String,
    /// The workload, or the fields that are out of bounds.
    pub(crate) workload: Result<Workload, Vec<OutOfBounds>>,
}

impl PlannerForm {
    /// Parses the fields. One that was not sent has the value of the blog post's example.
    pub(crate) fn new(mut sent: [Option<String>; 5]) -> Self {
        let mut field = |index: usize, example: &str| sent[index].take().unwrap_or_else(|| example.to_owned());
        let (storage, mode, provisioned) = (field(0, "10"), field(1, "bursting"), field(2, "10"));
        let (load, loads) = (field(3, "2048"), field(4, "300"));
        let workload = Workload::parse(&storage, &mode, &provisioned, &load, &loads)
            .map_err(|_| Workload::faults(&storage, &mode, &provisioned, &load, &loads));
        Self { storage, mode, provisioned, load, loads, workload }
    }
}
