//! Makes changes of a wall, one after the other, as one writer: `change-wall DIRECTORY CHANGE...`.
//!
//! It prints the answer to each change. `-` stands for the changes on standard input, one a line. The fault tests run it
//! under strace, which kills it, makes its system calls fail, or stops it.

use std::io::Write;
use std::process::ExitCode;

use anyhow::{Context, Result};
use shared_volume::Volume;
use shared_volume::wall::WallWriter;
use tests::{Change, Changed};

fn main() -> Result<ExitCode> {
    let mut arguments = std::env::args().skip(1);
    let directory = arguments.next().context("no directory")?;
    let mut changes: Box<dyn Iterator<Item = std::io::Result<String>>> = Box::new(std::iter::empty());
    for argument in arguments {
        changes = match &*argument {
            "-" => Box::new(changes.chain(std::io::stdin().lines())),
            _ => Box::new(changes.chain(std::iter::once(Ok(argument)))),
        };
    }
    let mut writer = WallWriter::new(Volume::new(directory).wall(None));
    let mut all_made = true;
    for change in changes {
        let change: Change = serde_json::from_str(&change?)?;
        let changed = change.make(&mut writer);
        all_made &= matches!(changed, Changed::Made { .. });
        writeln!(std::io::stdout(), "{}", serde_json::to_string(&changed)?)?;
    }
    Ok(if all_made { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
