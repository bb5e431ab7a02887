//! Makes changes of a wall, one after the other, as one writer: `change-wall DIRECTORY CHANGE...`. It prints the answer
//! to each. A fault test runs it under strace, which kills it, makes its system calls fail, or stops it.

use std::io::Write;
use std::process::ExitCode;

use anyhow::{Context, Result};
use shared_volume::Volume;
use shared_volume::wall::WallWriter;
use tests::{Change, Changed};

fn main() -> Result<ExitCode> {
    let mut arguments = std::env::args().skip(1);
    let directory = arguments.next().context("no directory")?;
    let mut writer = WallWriter::new(Volume::new(directory).wall(None));
    let mut all_made = true;
    for argument in arguments {
        let change: Change = serde_json::from_str(&argument)?;
        let changed = change.make(&mut writer);
        all_made &= matches!(changed, Changed::Made { .. });
        writeln!(std::io::stdout(), "{}", serde_json::to_string(&changed)?)?;
    }
    Ok(if all_made { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
