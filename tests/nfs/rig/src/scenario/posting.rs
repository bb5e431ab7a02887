//! Two clients post at once, and their execution environments are killed at random. For comparison, the same number of
//! lines is appended as the blog post does.

use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::json;
use support::wait_for;

use super::unlocked;
use crate::clients::{POLL, READER, WRITER_1, WRITER_2};
use crate::function::{Function, make_wall};
use crate::posters::{Account, Posters, log};
use crate::reader::Reader;
use crate::report::Report;
use crate::scale::Scale;

pub(crate) fn run(scale: Scale, report: &mut Report) -> Result<()> {
    make_wall("posting")?;
    let mut functions = Vec::new();
    for (number, client) in (0..).zip([WRITER_1, WRITER_2, WRITER_1, WRITER_2]) {
        functions.push(Function::start(number, client, "posting")?);
    }
    functions[0].command(&json!({ "command": "change_config", "patch": { "keep_messages": 10_000 } }))?;
    let readers = [Reader::start(8000, READER, "posting", None)?, Reader::start(8001, POLL, "posting", None)?];
    let streams = [readers[0].events()?, readers[1].events()?];

    let posters = Posters::start(functions.iter().map(Function::url).collect());
    let (began, mut kills) = (Instant::now(), 0);
    while began.elapsed() < scale.posting {
        std::thread::sleep(Duration::from_millis(fastrand::u64(500..2500)));
        let unlucky = fastrand::usize(..functions.len());
        functions[unlucky].kill_environment();
        kills += 1;
    }
    let records = posters.end();

    let wall = log("posting")?;
    let account = Account::of(&records, &wall);
    let row = [
        ("seconds", json!(scale.posting.as_secs())),
        ("environments killed", json!(kills)),
        ("acknowledged", json!(account.acknowledged)),
        ("on the wall", json!(account.on_the_wall)),
        ("lost", json!(account.lost)),
        ("doubled", json!(account.doubled)),
    ];
    report.row("Two clients, four writers, killed at random", &row);
    let unknown: u64 = records.iter().map(|record| record.unknown).sum();
    let found = format!("{account}, {kills} killed, {unknown} answers lost");
    report.check("every acknowledged message is on the wall exactly once", account.is_right() && kills > 0, found);
    for (number, (reader, stream)) in readers.iter().zip(&streams).enumerate() {
        wait_for(Duration::from_secs(15), || stream.texts().len() >= wall.len());
        let same = reader.texts()? == wall && stream.texts() == wall;
        let what = format!("reader {}: page and /events have the log's order", number + 1);
        report.check(&what, same, format!("{} messages", stream.texts().len()));
    }
    unlocked::run(report)
}
