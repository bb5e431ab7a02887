//! A wall in a temporary directory, with helpers for the tests.

use std::time::{Duration, Instant};

use shared_volume::config::{Cause, Change, Outcome, PublishError, Published, Request};
use shared_volume::message::{Draft, Refusal};
use shared_volume::wall::{Appended, Entry, EntryKind, WallWriter, newest};
use shared_volume::{Volume, WallDir, WriteError, time};
use tempfile::TempDir;

pub(crate) struct TestWall {
    pub(crate) dir: WallDir,
    pub(crate) writer: WallWriter,
    root: TempDir,
}

impl TestWall {
    pub(crate) fn new() -> Self {
        Self::in_directory(tempfile::tempdir().unwrap())
    }

    /// Returns a wall that waits for no disk.
    pub(crate) fn in_memory() -> Self {
        Self::in_directory(tempfile::tempdir_in(::support::fuzz::memory()).unwrap())
    }

    fn in_directory(root: TempDir) -> Self {
        let dir = Volume::new(root.path()).wall(None);
        Self { writer: WallWriter::new(dir.clone()), dir, root }
    }

    /// Returns another writer of the same wall, as in another environment.
    pub(crate) fn another_writer(&self) -> WallWriter {
        WallWriter::new(Volume::new(self.root.path()).wall(None))
    }

    pub(crate) fn post(&mut self, text: &str) -> Appended {
        post_by(&mut self.writer, draft(text)).unwrap().unwrap()
    }

    pub(crate) fn post_draft(&mut self, draft: Draft) -> Result<Appended, Refusal> {
        post_by(&mut self.writer, draft).unwrap()
    }

    /// Returns the texts of all messages on the wall, oldest first.
    pub(crate) fn texts(&self) -> Vec<String> {
        texts(&newest(&self.dir, 100_000).unwrap().entries)
    }

    pub(crate) fn content(&self) -> String {
        fs_err::read_to_string(self.dir.content()).unwrap()
    }

    pub(crate) fn write_content(&self, bytes: impl AsRef<[u8]>) {
        fs_err::write(self.dir.content(), bytes).unwrap();
    }

    pub(crate) fn patch(&self, patch: serde_json::Value) -> Result<Published, PublishError> {
        self.publish(Change::Patch(patch), None, None)
    }

    pub(crate) fn publish(
        &self,
        change: Change,
        expected_generation: Option<u64>,
        event: Option<&str>,
    ) -> Result<Published, PublishError> {
        let cause = Cause { source: "test".to_owned(), event: event.map(str::to_owned), ..Cause::default() };
        let request = Request { change, expected_generation, cause };
        WallWriter::new(self.dir.clone()).publish(request, soon()).map(|outcome| match outcome {
            Outcome::Published(published) | Outcome::Repeated(published) | Outcome::Unchanged(published, _) => {
                published
            }
        })
    }
}

pub(crate) fn post_by(writer: &mut WallWriter, draft: Draft) -> Result<Result<Appended, Refusal>, WriteError> {
    writer.append(&[draft], soon()).map(|mut batch| batch.answers.remove(0))
}

pub(crate) fn draft(text: &str) -> Draft {
    Draft { author: None, text: text.to_owned(), picture: None, event: None, received: time::now() }
}

pub(crate) fn draft_of(text: &str, event: &str) -> Draft {
    Draft { event: Some(event.to_owned()), ..draft(text) }
}

pub(crate) fn soon() -> Instant {
    Instant::now() + Duration::from_secs(10)
}

pub(crate) fn texts(entries: &[Entry]) -> Vec<String> {
    entries
        .iter()
        .map(|entry| match &entry.kind {
            EntryKind::Message(message) => message.text.clone(),
            EntryKind::Plain { text, .. } => text.clone(),
            EntryKind::Removal(removal) => format!("removes {}", removal.removes),
            EntryKind::Label(label) => format!("labels {}", label.labels),
        })
        .collect()
}
