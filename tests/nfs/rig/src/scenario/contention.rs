//! Four writers of two clients want the lock at once. Then another program keeps the lock.

use std::time::{Duration, Instant};

use anyhow::Result;
use fs_err::OpenOptions;
use serde_json::json;

use crate::clients::{WRITER_1, WRITER_2};
use crate::function::{Function, Posted, make_wall, post};
use crate::posters::{Account, Posters, log};
use crate::report::Report;
use crate::scale::Scale;

/// The time limit of the wait for the lock, and the rest of an invocation on this slow machine.
const DEADLINE: Duration = Duration::from_secs(5);
const REST: Duration = Duration::from_secs(2);

pub(crate) fn run(scale: Scale, report: &mut Report) -> Result<()> {
    make_wall("contention")?;
    let clients = [WRITER_1, WRITER_2, WRITER_1, WRITER_2];
    let mut functions = Vec::new();
    for (number, client) in (0..).zip(clients) {
        functions.push(Function::start(number, client, "contention")?);
    }
    functions[0].command(&json!({ "command": "change_config", "patch": { "keep_messages": 10_000 } }))?;
    let posters = Posters::start(functions.iter().map(Function::url).collect());
    std::thread::sleep(scale.contention);
    let records = posters.end();

    for (client, record) in clients.iter().zip(&records) {
        let posts = record.acknowledged.len();
        let per_second = posts as f64 / scale.contention.as_secs_f64();
        let mut row =
            vec![("writer on", json!(client.name())), ("posts a second", json!((per_second * 10.0).round() / 10.0))];
        row.extend(record.latencies().cells().into_iter().filter(|(column, _)| *column != "missed"));
        report.row("Four writers of two clients that want the lock at once", &row);
    }
    let longest = records.iter().map(|record| record.longest).max().unwrap_or_default();
    report.check("no answer takes longer than the deadline", longest < DEADLINE + REST, format!("{longest:.1?}"));
    let counts: Vec<_> = records.iter().map(|record| record.acknowledged.len()).collect();
    let (least, most) = (counts.iter().min().unwrap_or(&0), counts.iter().max().unwrap_or(&0));
    report.check(
        "no writer starves: each has at least a third of the busiest",
        least * 3 >= *most,
        format!("{counts:?}"),
    );
    let account = Account::of(&records, &log("contention")?);
    report.check("nothing is lost or doubled", account.is_right(), &account);

    let lock = OpenOptions::new().write(true).open(WRITER_2.path("contention/writer.lock"))?;
    lock.file().lock()?;
    let began = Instant::now();
    let posted = post(&functions[0].url(), "while the lock is held", "while the lock is held");
    let took = began.elapsed();
    let busy = matches!(&posted, Posted::Refused(name) if name == "wall_busy");
    let holds = busy && took < DEADLINE + REST;
    report.check(
        "a lock that is never released is reported by the deadline",
        holds,
        format!("{posted} after {took:.1?}"),
    );
    lock.file().unlock()?;
    let posted = post(&functions[0].url(), "afterwards", "afterwards");
    report.check("and the next post goes through", matches!(posted, Posted::Accepted(_)), &posted);
    Ok(())
}
