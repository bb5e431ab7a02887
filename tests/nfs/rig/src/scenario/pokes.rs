//! The function tells the readers that it has written something, and learns from them what they serve.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::clients::{READER, WRITER_1, WRITER_2};
use crate::function::{Function, make_wall};
use crate::latency::{Latencies, instant, random_moments};
use crate::mountstats::Counts;
use crate::reader::{Event, Reader, Stream};
use crate::report::Report;
use crate::scale::Scale;
use crate::sight::INTERVAL;

/// A message that is not served within this time is missed.
const PATIENCE: Duration = Duration::from_secs(5);
const TABLE: &str = "From a write by one client to the event on another, if the function tells the reader";
const WALL: &str = "pokes";

pub(crate) fn run(scale: Scale, report: &mut Report) -> Result<()> {
    make_wall(WALL)?;
    serve(scale, report)?;
    wait_until_applied(report)
}

/// Measures the latency of messages of which the reader is told, of every second such message, and of none.
fn serve(scale: Scale, report: &mut Report) -> Result<()> {
    let told = Function::start_telling(0, WRITER_1, WALL, ("READERS", &[Reader::internal(8000)]))?;
    let silent = Function::start(1, WRITER_1, WALL)?;
    let reader = Reader::start(8000, READER, WALL, None)?;
    let stream = reader.events()?;
    told.command(&json!({ "command": "post", "text": "the first" }))?;
    let posts = |name: &str, is_told: fn(usize) -> bool| -> Result<(Latencies, Duration, u64)> {
        let before = Counts::read(READER)?;
        let mut times = Vec::new();
        for (number, pause) in random_moments(scale.writes).into_iter().enumerate() {
            std::thread::sleep(pause);
            let function = if is_told(number) { &told } else { &silent };
            times.push(served_after(function, &stream, &format!("{name} {number}"))?);
        }
        let counts = Counts::read(READER)?.since(&before);
        Ok((Latencies::of(times), counts.round_trip().context("the reader sent no request")?, counts.total()))
    };
    let every = posts("of every message", |_| true)?;
    let second = posts("of every second message", |number| number % 2 == 0)?;
    let none = posts("of no message", |_| false)?;
    for (name, (times, _, requests)) in
        [("of every message", &every), ("of every second message", &second), ("of no message", &none)]
    {
        let row = [("the reader is told", json!(name)), ("requests of the reader", json!(requests))];
        report.row(TABLE, &[&row[..], &times.cells()].concat());
    }
    check(&every.0, every.1, report);
    let missed = second.0.missed() + none.0.missed();
    report.check("a reader that is not told misses nothing", missed == 0, format!("{missed} missed"));
    let (slowest, bound) = (second.0.percentile_ms(99), (INTERVAL + 45 * second.1).as_millis());
    let holds = slowest.is_some_and(|slowest| slowest <= bound);
    report.check(
        "with every second poke lost, no message is later than by polling alone",
        holds,
        format!("p99 {slowest:?} ms, bound {bound} ms"),
    );
    Ok(())
}

/// Checks that a message is served within a few round trips, measured in the same minutes.
fn check(times: &Latencies, round_trip: Duration, report: &mut Report) {
    let (p50, p99) = (times.percentile_ms(50), times.percentile_ms(99));
    let (half, all) = (15 * round_trip, 45 * round_trip);
    let within = |found: Option<u128>, bound: Duration| found.is_some_and(|ms| ms <= bound.as_millis());
    report.check(
        "a message of which the reader is told is served with p50 at most 15 round trips, p99 at most 45, none missed",
        times.missed() == 0 && within(p50, half) && within(p99, all),
        format!(
            "{p50:?} and {p99:?} ms, {} missed; bounds {} and {} ms",
            times.missed(),
            half.as_millis(),
            all.as_millis()
        ),
    );
}

/// Posts a message, and returns the time from the write to the event.
fn served_after(function: &Function, stream: &Stream, text: &str) -> Result<Option<Duration>> {
    let from = stream.len();
    function.command(&json!({ "command": "post", "text": text }))?;
    let event = stream.find(from, PATIENCE, |event| event.name == "message" && event.data["text"] == json!(text));
    let written = |event: &Event| event.data["at"].as_str()?.parse::<jiff::Timestamp>().ok();
    let took = |event: Event| Some(event.when.saturating_duration_since(instant(written(&event)?.try_into().ok()?)));
    Ok(event.and_then(took))
}

/// Asks with `wait` while one reader is cut off from the server, and after another one was killed.
fn wait_until_applied(report: &mut Report) -> Result<()> {
    let ports = [8000, 8001, 8002];
    let function = Function::start_telling(0, WRITER_1, WALL, ("READERS", &ports.map(Reader::internal)))?;
    let (first, second) =
        (Reader::start(ports[0], READER, WALL, None)?, Reader::start(ports[1], WRITER_2, WALL, None)?);
    let mut number = 0;
    let mut post = || {
        number += 1;
        let command = json!({ "command": "post", "text": format!("waits {number}"), "wait": "applied" });
        Ok::<_, anyhow::Error>(function.command(&command)?["applied"].clone())
    };
    let applied = post()?;
    report.check("two tasks apply a message, and one is not there", is(&applied, 2, &[(ports[2], "silent")]), &applied);
    let third = Reader::start(ports[2], READER, WALL, None)?;
    let applied = post()?;
    report.check("a task that was added is asked, too", is(&applied, 3, &[]), &applied);

    WRITER_2.cut()?;
    let applied = post();
    WRITER_2.join()?;
    let applied = applied?;
    let lags = is(&applied, 2, &[(ports[1], "silent")]) || is(&applied, 2, &[(ports[1], "behind")]);
    report.check("a task whose mount is cut off is named", lags, &applied);

    drop(third);
    ensure!(support::wait_for(Duration::from_secs(60), || second
        .get("/ready")
        .is_ok_and(|answer| answer.status == 200)));
    let applied = post()?;
    report.check("a task that was killed is named", is(&applied, 2, &[(ports[2], "silent")]), &applied);
    drop(first);
    Ok(())
}

/// Returns true if this number of tasks has applied a command, and exactly these have not.
fn is(applied: &Value, count: usize, others: &[(u16, &str)]) -> bool {
    let found = applied["others"].as_array().into_iter().flatten();
    let found: Vec<_> = found.map(|other| (other["address"].as_str(), other["state"].as_str())).collect();
    let others: Vec<_> = others.iter().map(|(port, state)| (Reader::internal(*port), *state)).collect();
    applied["applied"] == json!(count)
        && found.len() == others.len()
        && others.iter().all(|(address, state)| found.contains(&(Some(address), Some(state))))
}
