//! Publications of files on the wall of a test.

use std::cell::Cell;

use shared_volume::config::Cause;
use shared_volume::files::{
    FileChange, FileDir, FileError, FileGeneration, FileName, FileOutcome, FileRequest, FileState, FileVersion, history,
};
use shared_volume::wall::WallWriter;

use crate::support::{TestWall, soon};

pub(crate) const NAME: &str = "app.yaml";

pub(crate) fn name(name: &str) -> FileName {
    name.parse().unwrap()
}

/// Returns the request to publish bytes.
pub(crate) fn request(of: &str, bytes: &[u8], event: Option<&str>) -> FileRequest {
    let cause = Cause { source: "test".to_owned(), event: event.map(str::to_owned), ..Cause::default() };
    FileRequest { name: name(of), change: FileChange::Content(bytes.to_vec()), expected_generation: None, cause }
}

pub(crate) fn publish_by(writer: &mut WallWriter, request: FileRequest) -> Result<FileOutcome, FileError> {
    writer.publish_file(request, &|_, _, _| Ok(()), soon())
}

/// Returns the generation of an outcome.
pub(crate) fn version(outcome: FileOutcome) -> FileVersion {
    match outcome {
        FileOutcome::Published { version, .. }
        | FileOutcome::Repeated(version)
        | FileOutcome::Unchanged(version, _) => version,
    }
}

impl TestWall {
    pub(crate) fn file(&self, of: &str) -> FileDir {
        FileDir::new(&self.dir, &name(of))
    }

    pub(crate) fn try_publish_file(&self, request: FileRequest) -> Result<FileOutcome, FileError> {
        publish_by(&mut self.another_writer(), request)
    }

    /// Publishes `NAME` and returns its generation.
    pub(crate) fn publish_file(&self, bytes: &[u8]) -> u64 {
        version(self.try_publish_file(request(NAME, bytes, None)).unwrap()).generation
    }

    pub(crate) fn current(&self, of: &str) -> Vec<u8> {
        fs_err::read(self.file(of).current()).unwrap()
    }

    pub(crate) fn state(&self) -> FileState {
        FileState::read(&self.file(NAME)).unwrap()
    }

    pub(crate) fn fault(&self) -> String {
        self.state().fault().map_or(String::new(), |fault| fault.to_string())
    }

    pub(crate) fn generations(&self) -> Vec<u64> {
        let generation = |one: FileGeneration| one.generation;
        history(&self.file(NAME), 1000).unwrap().into_iter().map(generation).collect()
    }
}

/// Returns the number of times that `validate` was called.
pub(crate) fn validated(wall: &TestWall, request: FileRequest) -> (Result<FileOutcome, FileError>, usize) {
    let calls = Cell::new(0);
    let refuse = |_: &FileName, schema: &[u8], bytes: &[u8]| {
        calls.set(calls.get() + 1);
        if bytes.starts_with(schema) { Ok(()) } else { Err(FileError::Content("/port: is no number".to_owned())) }
    };
    let outcome = wall.another_writer().publish_file(request, &refuse, soon());
    (outcome, calls.get())
}
