//! A second writer, which keeps running between its changes and always gets the lock, even if another writer holds it.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use anyhow::{Context, Result, ensure};
use tempfile::NamedTempFile;
use tests::{Change, Changed};

use crate::strace::{FileSystem, command};

/// A writer under strace that makes one change after the other.
#[derive(Debug)]
pub(crate) struct Another {
    strace: Child,
    changes: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    _log: NamedTempFile,
}

impl Another {
    /// Starts the writer, which takes the lock once, because a new process checks more.
    pub(crate) fn start(wall: &Path) -> Result<Self> {
        let log = NamedTempFile::new()?;
        let mut command = command(FileSystem::Network, wall, &[], log.path(), &["inject=flock:retval=0".to_owned()])?;
        let mut strace = command.arg("-").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        let answers = BufReader::new(strace.stdout.take().context("no output")?);
        let mut another = Self { changes: strace.stdin.take(), strace, answers, _log: log };
        let nothing = Change::Remove { id: "nobody".to_owned(), event: "test:nothing".to_owned() };
        let refused = another.make(&nothing)?;
        ensure!(matches!(&refused, Changed::Failed { name, .. } if name == "message_unknown"), "{refused:?}");
        Ok(another)
    }

    /// Makes a change.
    pub(crate) fn make(&mut self, change: &Change) -> Result<Changed> {
        let changes = self.changes.as_mut().context("the writer has no input")?;
        writeln!(changes, "{}", serde_json::to_string(change)?)?;
        let mut answer = String::new();
        self.answers.read_line(&mut answer)?;
        serde_json::from_str(&answer).with_context(|| format!("{answer:?}"))
    }
}

impl Drop for Another {
    fn drop(&mut self) {
        // The writer ends with its input.
        self.changes = None;
        drop(self.strace.wait());
    }
}
