//! The ways in which a file on the volume changes.

use std::io::Write;
use std::path::Path;
use std::time::Instant;

use anyhow::Result;
use fs_err::{File, OpenOptions};

/// One way to change a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    Appended,
    DeletedAndCreated,
    FirstCreated,
    RewrittenInPlace,
}

impl Change {
    /// Makes the change with this number. Returns the earliest time at which it could be seen.
    pub(crate) fn make(self, path: &Path, number: usize) -> Result<Instant> {
        let line = line(number);
        match self {
            Self::Appended => write(OpenOptions::new().append(true).open(path)?, &line),
            Self::RewrittenInPlace => write(OpenOptions::new().write(true).open(path)?, &line),
            Self::FirstCreated => create(path, &line),
            Self::DeletedAndCreated if path.exists() => {
                let began = Instant::now();
                fs_err::remove_file(path)?;
                Ok(began)
            }
            Self::DeletedAndCreated => create(path, &line),
        }
    }
}

fn create(path: &Path, line: &str) -> Result<Instant> {
    write(OpenOptions::new().write(true).create_new(true).open(path)?, line)
}

fn write(mut file: File, line: &str) -> Result<Instant> {
    let began = Instant::now();
    file.write_all(line.as_bytes())?;
    file.sync_all()?;
    Ok(began)
}

/// Returns the text of the change with this number. All have one length, so that only the time shows a rewrite in place.
pub(crate) fn line(number: usize) -> String {
    format!("line {number:08}\n")
}
