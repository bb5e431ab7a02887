//! The end of an invocation's log, for `LogType=Tail`.

use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::Instant;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

/// The longest end of a log, in bytes.
const MAX_BYTES: usize = 4096;

/// The part of the log that is searched for the lines of one invocation, in bytes.
const MAX_SEARCHED_BYTES: u64 = 1024 * 1024;

/// The log of an invocation that has begun.
///
/// All environments share one file, so the lines of other invocations, which have other request ids, are left out. The logs of
/// environments that were not started by this program are unknown.
pub(super) struct Tail {
    path: Option<PathBuf>,
    from: u64,
    began: Instant,
}

impl Tail {
    pub(super) fn begin(log: Option<&Path>) -> Self {
        let from = log.and_then(|log| fs_err::metadata(log).ok()).map_or(0, |metadata| metadata.len());
        Self { path: log.map(Path::to_path_buf), from, began: Instant::now() }
    }

    /// Returns the last [`MAX_BYTES`] of the log in Base64, with the lines that Lambda adds.
    pub(super) fn end(self, request_id: &str) -> String {
        let duration = self.began.elapsed().as_secs_f64() * 1000.0;
        let mut log = format!("START RequestId: {request_id} Version: $LATEST\n");
        for line in self.added().lines().filter(|line| line.contains(request_id) || !line.contains("requestId")) {
            log.extend([line, "\n"]);
        }
        log.push_str(&format!("END RequestId: {request_id}\n"));
        let billed = duration.ceil();
        log.push_str(&format!(
            "REPORT RequestId: {request_id}\tDuration: {duration:.2} ms\tBilled Duration: {billed} ms\n"
        ));
        BASE64_STANDARD.encode(&log[log.ceil_char_boundary(log.len().saturating_sub(MAX_BYTES))..])
    }

    /// Returns what was added to the log. A log that cannot be read is empty.
    fn added(&self) -> String {
        let read = || {
            let mut file = fs_err::File::open(self.path.as_ref()?).ok()?;
            let end = file.seek(SeekFrom::End(0)).ok()?;
            file.seek(SeekFrom::Start(self.from.max(end.saturating_sub(MAX_SEARCHED_BYTES)))).ok()?;
            let mut bytes = Vec::new();
            file.take(MAX_SEARCHED_BYTES).read_to_end(&mut bytes).ok()?;
            Some(String::from_utf8_lossy(&bytes).into_owned())
        };
        read().unwrap_or_default()
    }
}
