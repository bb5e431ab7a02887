//! Retries of publications, and crashes between their steps.

use shared_volume::files::{FileChange, FileOutcome, FileRequest};

use super::support::{NAME, publish_by, request, version};
use crate::support::{TestWall, draft_of, post_by};

/// Returns the generation of a repeated publication.
fn repeated(wall: &TestWall, request: FileRequest) -> u64 {
    match wall.try_publish_file(request).unwrap() {
        FileOutcome::Repeated(version) => version.generation,
        other => panic!("not repeated: {other:?}"),
    }
}

#[test]
fn a_retry_publishes_nothing_and_gets_its_first_answer_even_after_other_publications() {
    let wall = TestWall::in_memory();
    let first = version(wall.try_publish_file(request(NAME, b"one", Some("test:1"))).unwrap());
    for number in 0..30 {
        let event = format!("test:other-{number}");
        wall.try_publish_file(request(NAME, b"two", Some(&event))).unwrap();
    }
    let again = version(wall.try_publish_file(request(NAME, b"one", Some("test:1"))).unwrap());
    assert_eq!(again, first);
    assert_eq!((wall.current(NAME), wall.generations().len()), (b"two".to_vec(), 31));
    fs_err::remove_file(wall.file(NAME).history_file(1)).unwrap();
    let again = version(wall.try_publish_file(request(NAME, b"one", Some("test:1"))).unwrap());
    assert_eq!(again, first, "the retry itself has the bytes");
}

#[test]
fn an_event_of_a_file_cannot_be_used_for_anything_else() {
    let mut wall = TestWall::new();
    wall.try_publish_file(request(NAME, b"one", Some("test:1"))).unwrap();
    let reused = |request| assert_eq!(wall.try_publish_file(request).unwrap_err().name(), "event_reused");
    reused(request(NAME, b"two", Some("test:1")));
    reused(request("other", b"one", Some("test:1")));
    reused(FileRequest { expected_generation: Some(0), ..request(NAME, b"one", Some("test:1")) });
    reused(FileRequest { change: FileChange::Rollback(1), ..request(NAME, b"", Some("test:1")) });
    for mut writer in [wall.another_writer(), wall.another_writer()] {
        assert_eq!(post_by(&mut writer, draft_of("text", "test:1")).unwrap().unwrap_err().name(), "event_reused");
    }
    wall.post_draft(draft_of("text", "test:2")).unwrap();
    let mut writer = wall.another_writer();
    assert_eq!(publish_by(&mut writer, request(NAME, b"two", Some("test:2"))).unwrap_err().name(), "event_reused");
    assert_eq!(wall.generations(), [1]);
}

#[test]
fn a_retry_completes_what_a_crash_after_the_history_file_left_undone() {
    let wall = TestWall::new();
    wall.try_publish_file(request(NAME, b"one", Some("test:1"))).unwrap();
    fs_err::remove_file(wall.file(NAME).current()).unwrap();
    assert_eq!(repeated(&wall, request(NAME, b"one", Some("test:1"))), 1);
    assert_eq!(wall.current(NAME), b"one");
    wall.try_publish_file(request(NAME, b"two", Some("test:2"))).unwrap();
    fs_err::write(wall.file(NAME).current(), "one").unwrap();
    assert!(wall.fault().contains("is not complete"), "{}", wall.fault());
    assert_eq!(repeated(&wall, request(NAME, b"two", Some("test:2"))), 2);
    assert_eq!((wall.current(NAME), wall.fault()), (b"two".to_vec(), String::new()));
}

#[test]
fn a_retry_completes_a_first_publication_over_a_file_of_another_program() {
    let wall = TestWall::new();
    fs_err::create_dir_all(wall.file(NAME).path()).unwrap();
    fs_err::write(wall.file(NAME).current(), "by hand").unwrap();
    wall.try_publish_file(request(NAME, b"one", Some("test:1"))).unwrap();
    fs_err::write(wall.file(NAME).current(), "by hand").unwrap();
    repeated(&wall, request(NAME, b"one", Some("test:1")));
    assert_eq!(wall.current(NAME), b"one");
}

#[test]
fn a_retry_keeps_what_another_program_has_written_since() {
    let wall = TestWall::new();
    wall.try_publish_file(request(NAME, b"one", Some("test:1"))).unwrap();
    fs_err::write(wall.file(NAME).current(), "by hand").unwrap();
    repeated(&wall, request(NAME, b"one", Some("test:1")));
    assert_eq!(wall.current(NAME), b"by hand");
}

#[test]
fn an_event_is_known_to_all_commands_after_the_retry_of_a_crash() {
    let wall = TestWall::new();
    wall.try_publish_file(request(NAME, b"one", Some("test:1"))).unwrap();
    // The writer crashed before it stored the event.
    fs_err::remove_dir_all(wall.dir.retries()).unwrap();
    repeated(&wall, request(NAME, b"one", Some("test:1")));
    let reused = wall.try_publish_file(request("other", b"one", Some("test:1"))).unwrap_err();
    assert_eq!(reused.name(), "event_reused");
}

#[test]
fn temporary_files_of_a_crashed_writer_are_removed() {
    let wall = TestWall::new();
    wall.publish_file(b"one");
    let left = wall.dir.files().join(".current.01ARZ3NDEKTSV4RRFFQ69G5FAV.tmp");
    fs_err::write(&left, "half").unwrap();
    wall.another_writer().append(&[], crate::support::soon()).unwrap();
    assert!(!left.exists(), "its rename would come late");
}
