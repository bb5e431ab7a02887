//! A watched directory, in which another client creates, replaces, rewrites and removes files and directories.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;
use notify::EventKind;
use notify::event::{CreateKind, ModifyKind, RemoveKind, RenameMode};
use serde_json::json;

use crate::clients::{READER, WRITER_1};
use crate::latency::Latencies;
use crate::report::Report;
use crate::scale::Scale;
use crate::sight::{INTERVAL, Sight};

/// A change without an event within this time is missed.
const PATIENCE: Duration = Duration::from_secs(5);

const TABLE: &str = "Events of NfsWatcher on a watched directory, 250 ms interval";

/// A change on the writer's mount, the name that the event has to hold, and the kind of the event.
type Step = (&'static str, fn(&Path) -> std::io::Result<()>, &'static str, EventKind);

const STEPS: [Step; 7] = [
    ("a file is created", |tree| fs_err::write(tree.join("file"), "one"), "file", EventKind::Create(CreateKind::File)),
    (
        "a directory is created",
        |tree| fs_err::create_dir(tree.join("below")),
        "below",
        EventKind::Create(CreateKind::Folder),
    ),
    (
        "a file is created in it",
        |tree| fs_err::write(tree.join("below/file"), "one"),
        "below/file",
        EventKind::Create(CreateKind::File),
    ),
    (
        "a file is replaced by rename",
        |tree| {
            fs_err::write(tree.with_extension("new"), "two")?;
            fs_err::rename(tree.with_extension("new"), tree.join("file"))
        },
        "file",
        EventKind::Modify(ModifyKind::Name(RenameMode::To)),
    ),
    ("a file is removed", |tree| fs_err::remove_file(tree.join("file")), "file", EventKind::Remove(RemoveKind::File)),
    (
        "a file below is removed",
        |tree| fs_err::remove_file(tree.join("below/file")),
        "below/file",
        EventKind::Remove(RemoveKind::File),
    ),
    (
        "a directory is removed",
        |tree| fs_err::remove_dir(tree.join("below")),
        "below",
        EventKind::Remove(RemoveKind::Folder),
    ),
];

pub(crate) fn run(scale: Scale, report: &mut Report) -> Result<()> {
    let tree = Path::new("directory/tree");
    fs_err::create_dir_all(WRITER_1.path(tree))?;
    let mut sight = Sight::nfs(READER)?.0;
    sight.watch_tree(tree)?;
    let mut took: [Vec<Option<Duration>>; STEPS.len()] = Default::default();
    for _ in 0..scale.writes / 6 {
        for ((_, change, name, expected), took) in STEPS.iter().zip(&mut took) {
            // The step before was seen at a tick.
            std::thread::sleep(INTERVAL.mul_f64(fastrand::f64()));
            let began = Instant::now();
            change(&WRITER_1.path(tree))?;
            let seen = sight.await_event(&tree.join(name), *expected, began, PATIENCE);
            took.push(seen.map(|seen| seen - began));
        }
    }
    let mut missed = 0;
    for ((what, ..), took) in STEPS.iter().zip(took) {
        let latencies = Latencies::of(took);
        missed += latencies.missed();
        report.row(TABLE, &[&[("change", json!(what))], &latencies.cells()[..]].concat());
    }
    report.check(
        "every change in a watched directory is reported with its kind",
        missed == 0,
        format!("{missed} missed"),
    );
    Ok(())
}
