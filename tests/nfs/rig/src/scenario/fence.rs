//! A client is cut off for longer than its lease while it writes. Others get its lock, and its last writes arrive late.

use std::time::Duration;

use anyhow::Result;
use serde_json::json;

use crate::clients::{WRITER_1, WRITER_2};
use crate::function::{Function, make_wall};
use crate::posters::{Account, Posters, log};
use crate::report::Report;
use crate::scale::Scale;

/// Longer than the lease of 10 s.
const CUT: Duration = Duration::from_secs(14);
const WHOLE: Duration = Duration::from_secs(6);

pub(crate) fn run(scale: Scale, report: &mut Report) -> Result<()> {
    make_wall("fence")?;
    let mut functions = Vec::new();
    for (number, client) in (0..).zip([WRITER_1, WRITER_1, WRITER_1, WRITER_2]) {
        functions.push(Function::start(number, client, "fence")?);
    }
    functions[0].command(&json!({ "command": "change_config", "patch": { "keep_messages": 10_000 } }))?;
    let posters = Posters::start(functions.iter().map(Function::url).collect());
    for _ in 0..scale.cuts {
        std::thread::sleep(WHOLE.mul_f64(0.5 + fastrand::f64()));
        WRITER_1.cut()?;
        std::thread::sleep(CUT);
        WRITER_1.join()?;
    }
    std::thread::sleep(WHOLE);
    let records = posters.end();
    let account = Account::of(&records, &log("fence")?);
    report.check("late writes overwrite no acknowledged message", account.is_right(), &account);
    Ok(())
}
