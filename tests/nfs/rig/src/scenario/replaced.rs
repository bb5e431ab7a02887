//! One client replaces the log while others have it in their caches. The old log stays on the volume, in `trash/`, so its
//! file handle stays valid.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::json;

use crate::clients::{READER, WRITER_1, WRITER_2};
use crate::function::{Function, make_wall};
use crate::latency::Latencies;
use crate::posters::log;
use crate::reader::Reader;
use crate::report::Report;

const ROUNDS: usize = 10;
const PATIENCE: Duration = Duration::from_secs(15);

/// A wall is polled every 250 ms, and asking takes a few round trips.
const LONGEST: Duration = Duration::from_secs(1);

pub(crate) fn run(report: &mut Report) -> Result<()> {
    make_wall("replaced")?;
    let posting = Function::start(0, WRITER_1, "replaced")?;
    let clearing = Function::start(1, WRITER_2, "replaced")?;
    let reader = Reader::start(8000, READER, "replaced", None)?;
    let stream = reader.events()?;
    // A missing config.json would make a client ask for the directory.
    clearing.command(&json!({ "command": "change_config", "patch": { "title": "Replaced" } }))?;
    let (mut lost, mut unread, mut took) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let before = format!("before {round}");
        posting.command(&json!({ "command": "post", "text": before }))?;
        stream.find(0, PATIENCE, |event| event.data["text"] == json!(before)).context("no event of a message")?;
        let seen = stream.len();
        clearing.command(&json!({ "command": "clear" }))?;
        let cleared = Instant::now();
        took.push(
            stream
                .find(seen, PATIENCE, |event| event.name == "wall")
                .map(|event| event.when.saturating_duration_since(cleared)),
        );

        clearing.command(&json!({ "command": "post", "text": "between" }))?;
        clearing.command(&json!({ "command": "clear" }))?;
        let after = format!("after {round}");
        posting.command(&json!({ "command": "post", "text": after }))?;
        if log("replaced")? != [after.as_str()] {
            lost.push(after);
        }
        let read = posting.command(&json!({ "command": "read" }))?;
        if read["messages"].as_array().map(Vec::len) != Some(1) {
            unread.push(round);
        }
    }
    report.check("a post after another client's clear is on the wall", lost.is_empty(), format!("{lost:?} lost"));
    report.check("and the function reads it there", unread.is_empty(), format!("{unread:?} read elsewhere"));
    let slow = took.iter().filter(|took| took.is_none_or(|took| took > LONGEST)).count();
    report.check("the reader follows to the new log within 1 s", slow == 0, format!("{slow} of {ROUNDS} slower"));
    let mut row = vec![("change", json!("cleared by another client"))];
    row.extend(Latencies::of(took).cells());
    report.row("From the answer to a clear by one client to the new wall at the reader", &row);
    Ok(())
}
