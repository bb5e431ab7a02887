//! Dead letters: the events of asynchronous invocations that are not delivered again.

use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::Value;

use super::invocation::Call;

/// The number of dead letters that are kept. Older ones are deleted.
const KEPT: usize = 1000;

/// An event that is not delivered again, and the reason.
#[derive(Debug, Serialize)]
pub(super) struct DeadLetter {
    at: String,
    function: String,
    request_id: String,
    /// The number of attempts that reached an environment.
    attempts: usize,
    reason: String,
    /// The event as JSON, or as text if it cannot be parsed.
    event: Value,
}

impl DeadLetter {
    pub(super) fn new(function: &str, call: &Call, attempts: usize, reason: &str) -> Self {
        let text = || String::from_utf8_lossy(&call.payload).into_owned();
        Self {
            at: jiff::Timestamp::now().to_string(),
            function: function.to_owned(),
            request_id: call.request_id.clone(),
            attempts,
            reason: reason.to_owned(),
            event: serde_json::from_slice(&call.payload).unwrap_or_else(|_| Value::from(text())),
        }
    }

    /// Writes the letter into a directory, which is created if it is missing, and returns its path.
    pub(super) fn store(&self, directory: &Path) -> io::Result<PathBuf> {
        fs_err::create_dir_all(directory)?;
        let time = jiff::Timestamp::now().as_nanosecond();
        let path = directory.join(format!("{time:019}-{}.json", self.request_id));
        let mut json = serde_json::to_vec_pretty(self)?;
        json.push(b'\n');
        fs_err::write(&path, json)?;
        prune(directory)?;
        Ok(path)
    }
}

fn prune(directory: &Path) -> io::Result<()> {
    let mut paths = Vec::new();
    for file in fs_err::read_dir(directory)? {
        paths.extend(Some(file?.path()).filter(|path| path.extension().is_some_and(|end| end == "json")));
    }
    paths.sort_unstable();
    for old in paths.iter().take(paths.len().saturating_sub(KEPT)) {
        fs_err::remove_file(old)?;
    }
    Ok(())
}
