//! Followed documents as files: only a newer version is published.

use shared_volume::config::{Cause, SourceDocument, SourceState, Unchanged};
use shared_volume::files::{FileChange, FileError, FileOutcome, FileRequest};

use super::support::{NAME, request};
use crate::support::TestWall;

const DOCUMENT: &str = "s3://bucket/app.yaml";

impl TestWall {
    fn follow(&self, bytes: &[u8], sequencer: &str, before: Option<&SourceState>) -> Result<FileOutcome, FileError> {
        let version = SourceState { sequencer: Some(sequencer.to_owned()), ..SourceState::default() };
        let name = DOCUMENT.to_owned();
        let source = SourceDocument { name, document: bytes.to_vec(), version, before: before.cloned() };
        let change = FileChange::Source(Box::new(source));
        self.try_publish_file(FileRequest { change, cause: Cause::default(), ..request(NAME, b"", None) })
    }

    fn published_version(&self) -> Option<SourceState> {
        self.state().published.and_then(|published| published.sources.get(DOCUMENT).cloned())
    }
}

#[test]
fn an_older_version_that_arrives_late_changes_nothing() {
    let wall = TestWall::new();
    wall.follow(b"seven", "07", None).unwrap();
    let known = wall.published_version();
    for (sequencer, bytes, reason) in [("06", b"six  ", Unchanged::Older), ("07", b"seven", Unchanged::Same)] {
        match wall.follow(bytes, sequencer, known.as_ref()).unwrap() {
            FileOutcome::Unchanged(version, because) => assert_eq!((version.generation, because), (1, reason)),
            other => panic!("{other:?}"),
        }
    }
    wall.follow(b"eight", "08", known.as_ref()).unwrap();
    assert_eq!(wall.current(NAME), b"eight");
    assert!(matches!(wall.follow(b"nine", "09", known.as_ref()), Err(FileError::SourceMoved)));
}

#[test]
fn a_version_whose_writer_crashed_is_put_in_place_by_the_next_look() {
    let wall = TestWall::new();
    wall.follow(b"seven", "07", None).unwrap();
    fs_err::remove_file(wall.file(NAME).current()).unwrap();
    wall.follow(b"seven", "07", wall.published_version().as_ref()).unwrap();
    assert_eq!(wall.current(NAME), b"seven");
}
