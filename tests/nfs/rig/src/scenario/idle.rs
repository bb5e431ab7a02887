//! What an idle watcher costs: requests for each tick and file.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use serde_json::json;

use crate::clients::{READER, WRITER_1};
use crate::mountstats::Counts;
use crate::report::Report;
use crate::sight::Sight;

const TICKS: u64 = 20;
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
    Ok(())
}

fn measure(report: &mut Report, what: &str, names: &[&str]) -> Result<f64> {
    let (mut sight, handle) = Sight::nfs(READER)?;
    handle.set_interval(Duration::from_secs(3600));
    for name in names {
        sight.watch(&Path::new("idle").join(name))?;
    }
    let tick = || {
        let before = handle.ticks();
        handle.look_now();
        while handle.ticks() == before {
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
