//! Trouble with a mount under load: the wire is cut, the server restarts, the mount becomes read-only, the export full.

use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::json;
use support::wait_for;

use crate::clients::{READER, WRITER_1, WRITER_2};
use crate::function::{Function, Posted, make_wall, post};
use crate::posters::{Account, Posters, log};
use crate::reader::{Event, Reader, Stream};
use crate::report::Report;
use crate::scale::Scale;
use crate::server;

/// Longer than the pause of TCP after a cut of 30 s, and longer than the grace time of the server.
const RECOVERY: Duration = Duration::from_secs(90);
/// The time of the cut, also in a short run.
const CUT: Duration = Duration::from_secs(30);

pub(crate) fn run(_scale: Scale, report: &mut Report) -> Result<()> {
    make_wall("trouble")?;
    let functions = [Function::start(0, WRITER_1, "trouble")?, Function::start(1, WRITER_2, "trouble")?];
    functions[0]
        .command(&json!({ "command": "change_config", "patch": { "keep_messages": 10_000, "title": "Good" } }))?;
    let reader = Reader::start(8000, READER, "trouble", None)?;
    let stream = reader.events()?;
    let posters = Posters::start(functions.iter().map(Function::url).collect());
    let flows = |stream: &Stream| stream.texts().len() > 5;
    report.check("messages flow", wait_for(RECOVERY, || flows(&stream)), stream.texts().len());

    cut(&reader, &stream, report)?;
    restart(&stream, report)?;
    let records = posters.end();
    let refusals = &records[0].refusals;
    let silent = refusals.contains_key("volume_silent");
    report.check("the writer whose wire was cut has answered with the cause", silent, format!("{refusals:?}"));
    let account = Account::of(&records, &log("trouble")?);
    report.check("nothing acknowledged is lost, nothing is doubled", account.is_right(), &account);
    let wall = log("trouble")?;
    let caught_up = wait_for(RECOVERY, || reader.texts().is_ok_and(|texts| texts == wall));
    report.check("the reader serves all of it", caught_up, format!("{} messages", wall.len()));

    read_only(&functions[0], report)?;
    full(&functions[0], &reader, report)
}

/// Cuts the wires of the reader and of one writer for 30 s. The other writer goes on.
fn cut(reader: &Reader, stream: &Stream, report: &mut Report) -> Result<()> {
    report.note("the wires of the reader and of one writer are cut for 30 s");
    READER.cut()?;
    WRITER_1.cut()?;
    let began = Instant::now();
    let is_failing = || reader.json("/api/status").is_ok_and(|status| status["volume"]["state"] == json!("failing"));
    let reported = wait_for(CUT - Duration::from_secs(10), is_failing);
    report.check(
        "the reader says that the volume does not answer",
        reported,
        format!("{:.1?} after the cut", began.elapsed()),
    );
    let status = reader.json("/api/status")?;
    let silent = status["volume"]["silent_seconds"].as_f64().unwrap_or(0.0);
    let generation = &status["config"]["generation"];
    report.check(
        "and for how long, and which generation it serves",
        silent > 1.0 && generation.is_u64(),
        format!("{silent:.1} s, generation {generation}, {}", status["volume"]["reason"]),
    );
    let live = reader.get("/live")?.status;
    let page = reader.get("/")?;
    let good = page.text.contains("Good") && page.text.contains("caller");
    report.check("/live and the page answer with the last good wall", live == 200 && page.status == 200 && good, live);
    let says = page.text.contains("The volume has been silent for") && page.text.contains("with configuration 1.");
    report.check("and the page says so, and since when", says && page.text.contains("data-since="), says);
    let is_sent = |event: &Event| event.data["volume"]["state"] == json!("failing");
    let sent = stream.find(0, Duration::from_secs(5), is_sent).is_some();
    report.check("and /events sends it to an open page", sent, sent);
    std::thread::sleep(CUT.saturating_sub(began.elapsed()));
    READER.join()?;
    WRITER_1.join()?;
    recovers("the cut", reader_count(stream), stream, report);
    Ok(())
}

fn restart(stream: &Stream, report: &mut Report) -> Result<()> {
    report.note("the server is restarted");
    server::stop()?;
    std::thread::sleep(Duration::from_secs(2));
    server::start()?;
    recovers("the restart", reader_count(stream), stream, report);
    Ok(())
}

fn reader_count(stream: &Stream) -> usize {
    stream.texts().len()
}

/// Waits until new messages are posted and served again.
fn recovers(what: &str, before: usize, stream: &Stream, report: &mut Report) {
    let began = Instant::now();
    let recovered = wait_for(RECOVERY, || reader_count(stream) > before + 5);
    let found = format!("{:.1?} after", began.elapsed());
    report.check(&format!("new messages are served after {what}, with no help"), recovered, found);
}

fn read_only(function: &Function, report: &mut Report) -> Result<()> {
    WRITER_1.remount("ro")?;
    let posted = post(&function.url(), "read-only", "read-only");
    let named = matches!(&posted, Posted::Refused(name) if name == "volume_read_only");
    report.check("on a read-only mount the writer says so", named, &posted);
    WRITER_1.remount("rw")?;
    let posted = post(&function.url(), "writable again", "writable again");
    report.check("and writes when it is writable again", matches!(posted, Posted::Accepted(_)), &posted);
    Ok(())
}

fn full(function: &Function, reader: &Reader, report: &mut Report) -> Result<()> {
    let filler = server::path("filler");
    let mut fill = fs_err::File::create(&filler)?;
    let chunk = vec![0; 1 << 16];
    while std::io::Write::write(&mut fill, &chunk).is_ok_and(|written| written > 0) {}
    // The export is full. The log may have up to a page left in its last block, so one post may still succeed.
    let text = "x".repeat(500);
    let mut posted = post(&function.url(), &text, "full 0");
    for number in 1..20 {
        if !matches!(posted, Posted::Accepted(_)) {
            break;
        }
        posted = post(&function.url(), &text, &format!("full {number}"));
    }
    let named = matches!(&posted, Posted::Refused(name) if name == "volume_full");
    report.check("on a full export the writer says so", named, &posted);
    let wall = log("trouble")?;
    let serves = wait_for(Duration::from_secs(10), || reader.texts().is_ok_and(|texts| texts == wall));
    let state = &reader.json("/api/status")?["volume"]["state"];
    report.check("the reader serves what is there", serves, format!("{} messages, volume {state}", wall.len()));
    drop(fill);
    fs_err::remove_file(&filler)?;
    let posted = post(&function.url(), "room again", "room again");
    report.check("and writes when there is room again", matches!(posted, Posted::Accepted(_)), &posted);
    let shown = wait_for(Duration::from_secs(10), || {
        reader.texts().is_ok_and(|texts| texts.last().is_some_and(|last| last == "room again"))
    });
    report.check("which is served", shown, shown);
    Ok(())
}
