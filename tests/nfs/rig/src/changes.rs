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
    /// Makes the change of this number and answers when it could be seen at the earliest.
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

/// What the change of this number writes: always of the same length, so that a rewrite in place shows by the time alone.
pub(crate) fn line(number: usize) -> String {
    format!("line {number:08}\n")
}
