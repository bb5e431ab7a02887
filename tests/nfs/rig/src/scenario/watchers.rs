//! One client writes; four others watch, each in its own way and from its own cache.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::json;

use super::Scale;
use crate::changes::Change;
use crate::clients::{COMPARE, INOTIFY, POLL, READER, WRITER_1};
use crate::latency::{Latencies, random_moments};
use crate::report::Report;
use crate::sight::Sight;

/// A change that our watcher has not told of by then is missed.
const PATIENCE: Duration = Duration::from_secs(5);
const TABLE: &str = "Write by one client to event at another, 250 ms interval";

pub(crate) fn run(scale: Scale, report: &mut Report) -> Result<()> {
    for change in Change::ALL {
        let (ours, _handle) = Sight::nfs(READER)?;
        let others = [Sight::recommended(INOTIFY)?, Sight::poll(POLL, false)?, Sight::poll(COMPARE, true)?];
        let mut sights: Vec<_> = std::iter::once(ours).chain(others).collect();
        let writes = write(change, scale, &mut sights)?;
        std::thread::sleep(scale.stragglers);
        for (place, sight) in sights.iter().enumerate() {
            let mut latencies = Latencies::default();
            for (path, began) in &writes {
                latencies.add(sight.seen(path, *began).map(|seen| seen - *began));
            }
            let cells = [("change", json!(change.name())), ("watcher", json!(sight.name))];
            report.row(TABLE, &[&cells[..], &latencies.cells()].concat());
            if place == 0 {
                let what = format!("{}: p50 at most 170 ms, p99 at most 400 ms, none missed", change.name());
                let (p50, p99) = (latencies.percentile_ms(50), latencies.percentile_ms(99));
                let holds =
                    latencies.missed() == 0 && p50.is_some_and(|ms| ms <= 170) && p99.is_some_and(|ms| ms <= 400);
                report.check(&what, holds, format!("p50 {p50:?}, p99 {p99:?}, missed {}", latencies.missed()));
            }
        }
    }
    Ok(())
}

/// Writes at random moments; answers what was written when.
fn write(change: Change, scale: Scale, sights: &mut [Sight]) -> Result<Vec<(PathBuf, Instant)>> {
    let directory = Path::new("watchers").join(change.name().replace([' ', ','], "-"));
    fs_err::create_dir_all(WRITER_1.path(&directory))?;
    let file = directory.join("file");
    match change {
        Change::FirstCreated => {}
        Change::InDirectory => {
            for name in ["one", "two", "three"] {
                fs_err::write(WRITER_1.path(directory.join(name)), "something else\n")?;
            }
            sights.iter_mut().try_for_each(|sight| sight.watch(&directory))?;
        }
        _ => {
            fs_err::write(WRITER_1.path(&file), "line 00000000\n")?;
            sights.iter_mut().try_for_each(|sight| sight.watch(&file))?;
        }
    }
    let mut writes = Vec::new();
    for (number, pause) in random_moments(scale.writes).into_iter().enumerate() {
        let first = directory.join(number.to_string());
        let path = if change == Change::FirstCreated { &first } else { &file };
        if change == Change::FirstCreated {
            // inotify refuses a path that is not there, and PollWatcher takes it and forgets it.
            sights.iter_mut().for_each(|sight| drop(sight.watch(path)));
        }
        std::thread::sleep(pause);
        let began = change.make(&WRITER_1.path(path), number + 1)?;
        sights[0].await_seen(path, began, PATIENCE);
        if change == Change::FirstCreated {
            sights.iter_mut().for_each(|sight| drop(sight.unwatch(path)));
        }
        writes.push((path.clone(), began));
    }
    Ok(writes)
}
