//! The watcher alone, when the server is cut off, restarted, or has lost the file handles that it gave out.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;
use support::wait_for;

use crate::changes::Change;
use crate::clients::{READER, WRITER_1};
use crate::report::Report;
use crate::scale::Scale;
use crate::server;
use crate::sight::Sight;

/// Longer than TCP waits before it sends again after such a cut.
const RECOVERY: Duration = Duration::from_secs(60);

pub(crate) fn run(scale: Scale, report: &mut Report) -> Result<()> {
    fs_err::create_dir_all(WRITER_1.path("silence/below"))?;
    let (file, below) = (Path::new("silence/file"), Path::new("silence/below/file"));
    fs_err::write(WRITER_1.path(file), "line 00000000\n")?;
    fs_err::write(WRITER_1.path(below), "line 00000000\n")?;
    let (mut sight, handle) = Sight::nfs(READER)?;
    sight.watch(file)?;
    sight.watch(below)?;

    report.note("the reader's wire is cut");
    READER.cut()?;
    let cut = Instant::now();
    while cut.elapsed() < scale.cut / 2 {
        std::thread::sleep(Duration::from_millis(100));
    }
    let silent = handle.silent_for();
    report.check(
        "the watcher reports for how long a hung mount is silent",
        silent > scale.cut / 3,
        format!("{silent:.1?}"),
    );
    let began = Instant::now();
    let (mut second, second_handle) = Sight::nfs(READER)?;
    let watched = second.watch(file).is_ok();
    drop(second);
    let took = began.elapsed();
    let free = watched && took < Duration::from_secs(4);
    report.check("a new watcher is made, given a path and dropped while the mount hangs", free, format!("{took:.1?}"));
    drop(second_handle);
    let changed = Change::Appended.make(&WRITER_1.path(file), 1)?;
    std::thread::sleep(scale.cut.saturating_sub(cut.elapsed()));
    READER.join()?;
    let joined = Instant::now();
    let seen = sight.await_seen(file, changed, RECOVERY);
    let found = seen.map_or("never".to_owned(), |seen| format!("{:.1?} after", seen - joined));
    report.check("a change during the cut is reported when the wire is whole", seen.is_some(), found);
    let calm = wait_for(RECOVERY, || handle.silent_for() == Duration::ZERO && sight.trouble(changed).1 > 0);
    report.check("the end of the silence is reported with a rescan", calm, format!("{:?}", sight.trouble(changed)));

    report.note("the server is restarted");
    server::stop()?;
    std::thread::sleep(Duration::from_secs(2));
    server::start()?;
    let restarted = Instant::now();
    let changed = Change::Appended.make(&WRITER_1.path(file), 2)?;
    let seen = sight.await_seen(file, changed, RECOVERY);
    let found = seen.map_or("never".to_owned(), |seen| format!("{:.1?} after", seen - restarted));
    report.check("a change after a restart of the server is reported", seen.is_some(), found);

    report.note("the directory is replaced behind the clients' backs");
    fs_err::remove_dir_all(server::path("silence/below"))?;
    fs_err::create_dir(server::path("silence/below"))?;
    let replaced = Change::FirstCreated.make(&server::path(below), 3)?;
    let seen = sight.await_seen(below, replaced, RECOVERY);
    let found = seen.map_or("never".to_owned(), |seen| format!("{:.1?} after", seen - replaced));
    report.check("a file is found again though its directory is stale", seen.is_some(), found);
    let appended = Change::Appended.make(&server::path(below), 4)?;
    let seen = sight.await_seen(below, appended, Duration::from_secs(2));
    report.check("and watched from then on", seen.is_some(), seen.is_some());
    Ok(())
}
