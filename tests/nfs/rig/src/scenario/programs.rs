//! Programs that nobody changed for this, from Debian: each one runs behind `follow` on one client, and alone on the mount of
//! another, while a function on a third one publishes its file.

mod dnsmasq;
mod haproxy;
mod inotify;
mod nginx;
mod pair;
mod program;
mod prometheus;

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use serde_json::json;
use support::wait_for;

use self::pair::{LISTENER, Pair};
use self::program::{Program, Refused, WALL};
use crate::clients::WRITER_1;
use crate::function::{Function, make_wall};
use crate::latency::{Latencies, instant, random_moments};
use crate::report::Report;
use crate::scale::Scale;
use crate::server;

const TABLE: &str = "From a durable publication by the function to its effect on a program on another client";

/// A program that is not effective within this time has missed the publication. The checker of Prometheus alone takes seconds
/// under emulation.
const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) fn run(scale: Scale, report: &mut Report) -> Result<()> {
    make_wall(WALL)?;
    let told = Function::start_telling(0, WRITER_1, WALL, ("FOLLOWERS", &[LISTENER.to_owned()]))?;
    let silent = Function::start(1, WRITER_1, WALL)?;
    for program in
        [nginx::PROGRAM, haproxy::PROGRAM, prometheus::PROGRAM, dnsmasq::PROGRAM, inotify::ENTR, inotify::INOTIFYWAIT]
    {
        report.note(program.name);
        publish(&silent, &program, &(program.content)(1))?;
        let pair = Pair::start(&program)?;
        let load = program.fetched.map(nginx::Load::start);
        let mut last = 1;
        for (function, followed_by) in [(&told, "follow, told by the function"), (&silent, "follow, by its own scans")]
        {
            last = publications(scale, report, &pair, function, last, followed_by)?;
        }
        alone(scale, report, &pair, last);
        if let Some(load) = load {
            let (requests, failures) = load.finish();
            let found = format!("{} of {requests} failed {failures:?}", failures.len());
            report.check(&format!("no request to {} fails while it follows", program.name), failures.is_empty(), found);
        }
        if let Some(refused) = &program.refused {
            refuse(report, &pair, &told, last, refused)?;
        }
    }
    Ok(())
}

/// Publishes again and again. Returns the last generation.
fn publications(
    scale: Scale,
    report: &mut Report,
    pair: &Pair<'_>,
    function: &Function,
    before: usize,
    followed_by: &str,
) -> Result<usize> {
    let program = pair.program;
    let mut times = Vec::new();
    for (number, pause) in random_moments(scale.publications).into_iter().enumerate() {
        std::thread::sleep(pause);
        let generation = before + 1 + number;
        let durable = publish(function, program, &(program.content)(generation))?;
        let is_effective = wait_for(PATIENCE, || pair.followed() == Some(generation));
        times.push(is_effective.then(|| durable.elapsed()));
    }
    let times = Latencies::of(times);
    let found = format!("{} missed", times.missed());
    report.check(
        &format!("{}: each publication has its effect, {followed_by}", program.name),
        times.missed() == 0,
        found,
    );
    row(report, program, followed_by, &times);
    Ok(before + scale.publications)
}

/// Reports what the instance on the mount has seen of the publications: nothing.
fn alone(scale: Scale, report: &mut Report, pair: &Pair<'_>, last: usize) {
    std::thread::sleep(scale.stragglers);
    let (name, shown) = (pair.program.name, pair.alone());
    report.check(
        &format!("{name} alone on the mount notices nothing"),
        shown == Some(1),
        format!("generation {shown:?}"),
    );
    row(report, pair.program, "nobody, alone on the mount", &Latencies::of((1..last).map(|_| None)));
}

fn row(report: &mut Report, program: &Program, followed_by: &str, times: &Latencies) {
    let row = [("program", json!(program.name)), ("followed by", json!(followed_by))];
    report.row(TABLE, &[&row[..], &times.cells()].concat());
}

/// Publishes content that the program's own checker refuses.
fn refuse(report: &mut Report, pair: &Pair<'_>, told: &Function, last: usize, refused: &Refused) -> Result<()> {
    publish(told, pair.program, refused.content)?;
    let mut reason = String::new();
    let is_told = wait_for(PATIENCE, || {
        let fault = pair.sidecar().map(|state| state["fault"].clone()).unwrap_or_default();
        reason = fault["reason"].as_str().unwrap_or_default().to_owned();
        fault["kind"] == "check_refused" && reason.contains(refused.reason)
    });
    let name = pair.program.name;
    report.check(&format!("what the checker of {name} says is told"), is_told, reason);
    // A worker of the generation before may still take a connection.
    let goes_on = wait_for(PATIENCE, || pair.followed() == Some(last));
    report.check(&format!("{name} goes on with the last good generation"), goes_on, format!("{:?}", pair.followed()));
    Ok(())
}

/// Publishes the file of the program. Returns the time at which it was durable, by the clock of the server.
fn publish(function: &Function, program: &Program, content: &str) -> Result<Instant> {
    let command = json!({ "command": "publish_file", "name": program.file, "content": content });
    let answer = function.command(&command)?;
    ensure!(answer["error"].is_null(), "{answer}");
    let current = fs_err::metadata(server::path(program.path()))?;
    // The rename that put it there is its last change.
    let changed = std::os::unix::fs::MetadataExt::ctime_nsec(&current);
    let seconds = std::os::unix::fs::MetadataExt::ctime(&current);
    let since = Duration::new(seconds.try_into()?, changed.try_into()?);
    Ok(instant(std::time::SystemTime::UNIX_EPOCH + since))
}
