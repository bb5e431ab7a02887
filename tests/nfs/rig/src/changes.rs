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
    Replaced,
    DeletedAndCreated,
    FirstCreated,
    InDirectory,
    RewrittenInPlace,
}

impl Change {
    pub(crate) const ALL: [Self; 6] = [
        Self::Appended,
        Self::Replaced,
        Self::DeletedAndCreated,
        Self::FirstCreated,
        Self::InDirectory,
        Self::RewrittenInPlace,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Appended => "appended",
            Self::Replaced => "replaced by rename",
            Self::DeletedAndCreated => "deleted, re-created",
            Self::FirstCreated => "first creation",
            Self::InDirectory => "names in a directory",
            Self::RewrittenInPlace => "rewritten in place",
        }
    }

    /// Makes the change of this number and answers when it could be seen at the earliest.
    pub(crate) fn make(self, path: &Path, number: usize) -> Result<Instant> {
        // Always of the same length, so that a rewrite in place can be told by the time alone.
        let line = format!("line {number:08}\n");
        match self {
            Self::Appended => write(OpenOptions::new().append(true).open(path)?, &line),
            Self::RewrittenInPlace => write(OpenOptions::new().write(true).open(path)?, &line),
            Self::FirstCreated => create(path, &line),
            Self::DeletedAndCreated | Self::InDirectory if path.exists() => {
                let began = Instant::now();
                fs_err::remove_file(path)?;
                Ok(began)
            }
            Self::DeletedAndCreated | Self::InDirectory => create(path, &line),
            Self::Replaced => {
                let aside = path.with_extension("new");
                write(File::create(&aside)?, &line)?;
                let began = Instant::now();
                fs_err::rename(&aside, path)?;
                Ok(began)
            }
        }
    }
}

fn create(path: &Path, line: &str) -> Result<Instant> {
    let began = Instant::now();
    write(OpenOptions::new().write(true).create_new(true).open(path)?, line)?;
    Ok(began)
}

fn write(mut file: File, line: &str) -> Result<Instant> {
    let began = Instant::now();
    file.write_all(line.as_bytes())?;
    file.sync_all()?;
    Ok(began)
}
