//! The cost of watching and reading: requests for each idle tick and file, bytes for each appended message.

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use anyhow::{Result, ensure};
use fs_err::OpenOptions;
use serde_json::json;

use crate::clients::{READER, WRITER_1};
use crate::function::{Function, make_wall};
use crate::mountstats::Counts;
use crate::reader::Reader;
use crate::report::Report;
use crate::server;
use crate::sight::Sight;

const TICKS: u64 = 20;
const MESSAGES: u64 = 10;
/// The time for which the reader is observed: a few of its slow ticks.
const AUDIENCE: Duration = Duration::from_secs(8);
const TABLE: &str = "Requests of an idle watcher, for each tick";

pub(crate) fn run(report: &mut Report) -> Result<()> {
    let directory = Path::new("idle");
    fs_err::create_dir_all(WRITER_1.path(directory.join("full")))?;
    for name in ["one", "two", "three", "full/one", "full/two", "full/three"] {
        fs_err::write(WRITER_1.path(directory.join(name)), "something\n")?;
    }
    let per_tick = measure(report, "one file", &["one"])?;
    report.check("an idle tick costs 2 requests for each file", per_tick == 2.0, per_tick);
    let per_tick = measure(report, "three files", &["one", "two", "three"])?;
    report.check("three files cost 6", per_tick == 6.0, per_tick);
    measure(report, "one missing file", &["missing"])?;
    measure(report, "one directory of three files", &["full"])?;
    bytes(report)?;
    audience(report)
}

/// Measures the requests of the reader with a browser and without one.
fn audience(report: &mut Report) -> Result<()> {
    make_wall("audience")?;
    fs_err::write(server::path("audience/content"), "a line\n")?;
    fs_err::write(server::path("audience/config.json"), json!({ "generation": 1, "config": {} }).to_string())?;
    let reader = Reader::start(8000, READER, "audience", None)?;
    let mut measure = |who: &str| {
        let before = Counts::read(READER)?;
        std::thread::sleep(AUDIENCE);
        let per_second = Counts::read(READER)?.since(&before).total() as f64 / AUDIENCE.as_secs_f64();
        report.row("Requests of the reader", &[("followed by", json!(who)), ("requests a second", json!(per_second))]);
        anyhow::Ok(per_second)
    };
    let alone = measure("nobody")?;
    let stream = reader.events()?;
    let followed = measure("one browser")?;
    drop(stream);
    let found = format!("{alone} and {followed} requests a second");
    report.check(
        "the reader sends less than a third of the requests while nobody follows",
        alone * 3.0 < followed,
        found,
    );
    Ok(())
}

/// Measures the bytes that the reader reads for one message, on a small wall and on a large one.
fn bytes(report: &mut Report) -> Result<()> {
    make_wall("cost")?;
    let function = Function::start(0, WRITER_1, "cost")?;
    function.command(&json!({ "command": "change_config", "patch": { "keep_messages": 10_000 } }))?;
    function.command(&json!({ "command": "post", "text": "the first" }))?;
    let mut per_message = Vec::new();
    for lines in [1000, 8000] {
        let content = server::path("cost/content");
        let mut log = OpenOptions::new().append(true).open(&content)?;
        log.write_all(format!("{}\n", "x".repeat(199)).repeat(lines).as_bytes())?;
        let reader = Reader::start(8000, READER, "cost", None)?;
        let stream = reader.events()?;
        let before = Counts::read(READER)?;
        let mut read = Vec::new();
        for number in 0..MESSAGES {
            let begun = Counts::read(READER)?;
            let (from, text) = (stream.len(), format!("message {lines} {number}"));
            function.command(&json!({ "command": "post", "text": text }))?;
            let event = stream.find(from, Duration::from_secs(10), |event| event.data["text"] == json!(text));
            ensure!(event.is_some(), "{text} is not served");
            read.push(Counts::read(READER)?.since(&begun).bytes_read);
        }
        let counts = Counts::read(READER)?.since(&before);
        // Five seconds after a change the reader compares the whole log once. On a slow machine one of the messages meets that.
        read.sort_unstable();
        let bytes = read[read.len() / 2];
        let cells = [
            ("bytes of the log", json!(content.metadata()?.len())),
            ("messages appended", json!(MESSAGES)),
            ("bytes read for each", json!(bytes)),
            ("READ requests for each", json!(*counts.requests.get("READ").unwrap_or(&0) as f64 / MESSAGES as f64)),
        ];
        report.row("Reads for one appended message", &cells);
        per_message.push(bytes);
    }
    let holds = per_message[1] <= per_message[0] + per_message[0] / 4 + 4096;
    report.check("the bytes read for a message do not grow with the wall", holds, format!("{per_message:?}"));
    Ok(())
}

fn measure(report: &mut Report, what: &str, names: &[&str]) -> Result<f64> {
    let (mut sight, handle) = Sight::nfs(READER)?;
    handle.set_interval(Duration::from_secs(3600));
    for name in names {
        sight.watch(&Path::new("idle").join(name))?;
    }
    let tick = || {
        let before = handle.scans();
        handle.scan_now();
        while handle.scans() == before {
            std::thread::sleep(Duration::from_millis(1));
        }
        // CLOSE is sent without waiting for its answer, and counted when that comes.
        std::thread::sleep(Duration::from_millis(20));
    };
    // The first tick fills the cache of access rights.
    tick();
    let before = Counts::read(READER)?;
    (0..TICKS).for_each(|_| tick());
    let counts = Counts::read(READER)?.since(&before);
    let per_tick = counts.total() as f64 / TICKS as f64;
    let kinds: Vec<_> = counts.requests.iter().map(|(kind, count)| format!("{kind} {count}")).collect();
    let cells = [
        ("watched", json!(what)),
        ("ticks", json!(TICKS)),
        ("requests a tick", json!(per_tick)),
        ("of which", json!(kinds.join(", "))),
        ("bytes read", json!(counts.bytes_read)),
    ];
    report.row(TABLE, &cells);
    Ok(per_tick)
}
