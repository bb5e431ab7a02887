//! `follow` on one client, while another one publishes: the time from durable to in place, beside watchers alone on the mount;
//! requests of an idle mount; and publications while the wire is cut.

mod cut;
mod published;
mod sidecar;

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::json;
use support::wait_for;

use self::published::{FILES, link, publish, publish_files, read};
use self::sidecar::Sidecar;
use crate::clients::{INOTIFY, POLL, READER, WRITER_1};
use crate::latency::{Latencies, random_moments};
use crate::mountstats::Counts;
use crate::report::Report;
use crate::scale::Scale;
use crate::sight::Sight;

const TABLE: &str = "From a durable publication by one client to its effect on another";

/// A publication that is not in place within this time is missed.
const PATIENCE: Duration = Duration::from_secs(30);

/// The time for which requests are counted. It is longer than the pause between two scans of 1,000 files.
const COUNTED: Duration = Duration::from_secs(20);

pub(crate) fn run(scale: Scale, report: &mut Report) -> Result<()> {
    fs_err::create_dir_all(WRITER_1.path("follow/versions"))?;
    publish(1)?;
    let sidecar = Sidecar::start(&["--settle", "0"])?;
    let mut last = 1;
    for (announced, interval, name) in
        [(false, "500ms (default)", "by its own scans"), (true, "500ms (default)", "told by POST /look")]
    {
        last = publications(scale, report, &sidecar, last, (announced, interval, name))?;
    }
    let last = cut::publish_while_the_wire_is_cut(report, &sidecar, last)?;
    let last = requests(report, &sidecar, last)?;
    cut::end_while_the_wire_is_cut(report, sidecar, last)
}

/// Publishes a directory of files again and again. Returns the last generation.
fn publications(
    scale: Scale,
    report: &mut Report,
    sidecar: &Sidecar,
    before: usize,
    (announced, interval, name): (bool, &str, &str),
) -> Result<usize> {
    // Programs that watch the mount themselves.
    let mut sights = [Sight::recommended(INOTIFY)?, Sight::poll(POLL, false)?];
    let mut began = Vec::new();
    for sight in &mut sights {
        sight.watch(Path::new(link()))?;
    }
    let mut samples = Vec::new();
    for (number, pause) in random_moments(scale.publications).into_iter().enumerate() {
        std::thread::sleep(pause);
        let generation = before + 1 + number;
        publish(generation)?;
        let durable = Instant::now();
        began.push(durable);
        if announced {
            sidecar.look()?;
        }
        let in_place = wait_for(PATIENCE, || read().is_ok_and(|found| found == Some(generation)));
        samples.push(in_place.then(|| durable.elapsed()));
    }
    let missed = samples.iter().filter(|sample| sample.is_none()).count();
    report.check(&format!("every publication is in place, {name}"), missed == 0, format!("{missed} missed"));
    let mut cells = vec![("followed by", json!(format!("follow, {name}"))), ("interval", json!(interval))];
    cells.extend(Latencies::of(samples).cells());
    report.row(TABLE, &cells);
    std::thread::sleep(scale.stragglers);
    for sight in &sights {
        let seen = began.iter().map(|began| sight.seen(Path::new(link()), *began).map(|seen| seen - *began));
        let mut cells =
            vec![("followed by", json!(format!("{} alone on the mount", sight.name))), ("interval", json!(""))];
        cells.extend(Latencies::of(seen).cells());
        report.row(TABLE, &cells);
    }
    Ok(before + scale.publications)
}

/// Counts the requests of an idle mirror. Returns the last generation.
fn requests(report: &mut Report, sidecar: &Sidecar, last: usize) -> Result<usize> {
    for (generation, files) in [(last + 1, FILES), (last + 2, 1000)] {
        publish_files(generation, files)?;
        sidecar.look()?;
        // The watcher sees what was published, which is one more look, and adapts its interval.
        let (bound, tries) = (if files == FILES { 100.0 } else { 350.0 }, 4);
        let mut counted = counts()?;
        for _ in 1..tries {
            if counted.0 >= bound {
                counted = counts()?;
            }
        }
        let (a_second, requests) = counted;
        report.check(&format!("an idle mirror of {files} files makes few requests"), a_second < bound, a_second);
        report.row(
            "Requests of an idle mirror",
            &[
                ("files", json!(files)),
                ("requests a second", json!(a_second)),
                ("bytes read", json!(requests.bytes_read)),
            ],
        );
    }
    Ok(last + 2)
}

/// Returns the requests of some time, a second and in all.
fn counts() -> Result<(f64, Counts)> {
    let before = Counts::read(READER)?;
    std::thread::sleep(COUNTED);
    let requests = Counts::read(READER)?.since(&before);
    Ok((requests.total() as f64 / COUNTED.as_secs_f64(), requests))
}
