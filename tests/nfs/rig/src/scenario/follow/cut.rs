//! The wire of the client that follows is cut.

use std::time::{Duration, Instant};

use anyhow::Result;
use rustix::process::Signal;
use support::wait_for;

use super::published::{publish, read};
use super::sidecar::Sidecar;
use crate::clients::READER;
use crate::report::Report;

/// The time for which the wire is cut.
const CUT: Duration = Duration::from_secs(30);

/// Longer than TCP waits before it sends again after such a cut.
const RECOVERY: Duration = Duration::from_secs(90);

/// Publishes during a cut, while somebody reads in a loop. Returns the last generation.
pub(super) fn publish_while_the_wire_is_cut(report: &mut Report, sidecar: &Sidecar, before: usize) -> Result<usize> {
    report.note("the wire of the client that follows is cut");
    publish(before + 1)?;
    sidecar.look()?;
    // The cut is noticed though nobody is reading the source.
    sidecar.rest()?;
    READER.cut()?;
    let (cut, mut last, mut fault) = (Instant::now(), before + 1, None);
    let mut read_whole = || match read() {
        Ok(generation) => generation,
        Err(error) => {
            fault.get_or_insert(format!("{error:#}"));
            None
        }
    };
    let (mut live, mut silent) = (true, false);
    while cut.elapsed() < CUT {
        last += 1;
        publish(last)?;
        read_whole();
        live &= sidecar.status("/live") == Some(200) && sidecar.status("/ready") == Some(200);
        silent |= sidecar.state().is_ok_and(|state| state["fault"]["kind"] == "source_silent");
        std::thread::sleep(Duration::from_millis(200));
    }
    report.check("/live and /ready answer while the mount is silent", live, live);
    report.check("the silence is reported", silent, silent);
    READER.join()?;
    let joined = Instant::now();
    let in_place = wait_for(RECOVERY, || read_whole() == Some(last));
    let found = if in_place { format!("{:.1?} after", joined.elapsed()) } else { "never".to_owned() };
    report.check("the last publication is in place after a cut", in_place, found);
    let fault = fault.unwrap_or_else(|| "none".to_owned());
    report.check("no reader saw two generations at once", fault == "none", fault);
    let calm = wait_for(RECOVERY, || sidecar.state().is_ok_and(|state| state["fault"].is_null()));
    report.check("the fault is over", calm, calm);
    Ok(last)
}

/// SIGTERM ends the program although its calls to the mount do not return.
pub(super) fn end_while_the_wire_is_cut(report: &mut Report, mut sidecar: Sidecar, last: usize) -> Result<()> {
    sidecar.rest()?;
    READER.cut()?;
    publish(last + 1)?;
    let silent = || sidecar.state().is_ok_and(|state| state["fault"]["kind"] == "source_silent");
    report.check("the second silence is reported", wait_for(CUT, silent), last);
    let asked = Instant::now();
    sidecar.process.signal(Signal::TERM)?;
    let ended = wait_for(RECOVERY, || sidecar.process.has_ended());
    let took = asked.elapsed();
    report.check(
        "SIGTERM ends it while the mount is silent",
        ended && took < Duration::from_secs(5),
        format!("{took:.1?}"),
    );
    READER.join()
}
