//! Appends: durable, once, complete and in one order.

use std::collections::HashSet;
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::time::{Duration, Instant};

use shared_volume::WriteError;

use crate::support::{TestWall, draft, draft_of, post_by, soon};

#[test]
fn messages_are_stored_in_the_order_of_acceptance() {
    let mut wall = TestWall::new();
    wall.post("first");
    wall.post("second");
    assert_eq!(wall.texts(), ["first", "second"]);
}

#[test]
fn concurrent_writers_neither_lose_nor_double_messages() {
    let wall = TestWall::new();
    std::thread::scope(|scope| {
        for writer in 0..4 {
            let mut wall = wall.another_writer();
            scope.spawn(move || {
                for number in 0..50 {
                    post_by(&mut wall, draft(&format!("{writer}/{number}"))).unwrap().unwrap();
                }
            });
        }
    });
    let texts = wall.texts();
    assert_eq!(texts.len(), 200);
    assert_eq!(texts.iter().collect::<HashSet<_>>().len(), 200);
    for writer in 0..4 {
        let own: Vec<_> = texts.iter().filter(|text| text.starts_with(&format!("{writer}/"))).cloned().collect();
        assert_eq!(own, (0..50).map(|number| format!("{writer}/{number}")).collect::<Vec<_>>());
    }
}

#[test]
fn a_retry_appends_nothing_and_gets_the_same_answer() {
    let mut wall = TestWall::new();
    let first = wall.post_draft(draft_of("Hello", "e-1")).unwrap();
    let again = wall.post_draft(draft_of("Hello", "e-1")).unwrap();
    assert_eq!(again.message, first.message);
    assert!(again.repeated && !first.repeated);
    assert_eq!(wall.texts(), ["Hello"]);
}

#[test]
fn an_event_that_is_twice_in_one_batch_is_appended_once() {
    let mut wall = TestWall::new();
    let drafts = [draft_of("a", "e-1"), draft_of("b", "e-2"), draft_of("a", "e-1")];
    let batch = wall.writer.append(&drafts, soon()).unwrap();
    assert!(batch.answers.iter().all(Result::is_ok));
    assert_eq!(wall.texts(), ["a", "b"]);
}

#[test]
fn an_event_id_in_a_text_is_not_an_applied_event() {
    let mut wall = TestWall::new();
    wall.post(r#"look: "event":"e-7" here"#);
    wall.post_draft(draft_of("real", "e-7")).unwrap();
    assert_eq!(wall.texts().len(), 2);
}

#[test]
fn a_batch_answers_each_draft_separately() {
    let mut wall = TestWall::new();
    let answers = wall.writer.append(&[draft("good"), draft("  "), draft("also good")], soon()).unwrap().answers;
    assert_eq!(answers.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false, true]);
    assert_eq!(wall.texts(), ["good", "also good"]);
}

#[test]
fn the_next_append_blanks_half_a_record_of_a_crashed_writer() {
    for half in [r#"{"id":"01KAT"#, r#"{"id""#, r#"{"wall":"01"#] {
        let mut wall = TestWall::new();
        wall.post("before");
        let log = fs_err::metadata(wall.dir.content()).unwrap();
        let intent = serde_json::json!({"append": {"inode": log.ino(), "from": log.len(), "bytes": 150, "hash": 1}});
        fs_err::write(wall.dir.writer_lock(), intent.to_string()).unwrap();
        wall.write_content(format!("{}{half}", wall.content()));
        assert_eq!(wall.texts(), ["before"], "an unfinished line is not shown");
        wall.post("after");
        assert_eq!(wall.texts(), ["before", "after"]);
        assert!(!wall.content().contains(&format!("{half}\n")));
    }
}

#[test]
fn a_line_of_another_program_is_never_blanked_as_half_a_record() {
    let mut wall = TestWall::new();
    wall.post("before");
    let mut program = fs_err::OpenOptions::new().append(true).open(wall.dir.content()).unwrap();
    program.write_all(br#"{"id":"ORDER"#).unwrap();
    wall.post("in between");
    program.write_all(b"42\",\"text\":\"shipped\"}\n").unwrap();
    assert_eq!(wall.texts(), ["before", r#"{"id":"ORDER"#, "in between", r#"42","text":"shipped"}"#]);
}

#[test]
fn a_lock_held_past_the_deadline_is_an_error_and_nothing_is_written() {
    let mut wall = TestWall::new();
    wall.post("before");
    let holder = fs_err::OpenOptions::new().write(true).open(wall.dir.writer_lock()).unwrap();
    holder.file().lock().unwrap();
    let deadline = Instant::now() + Duration::from_millis(30);
    let error = wall.writer.append(&[draft("late")], deadline).unwrap_err();
    assert!(matches!(error, WriteError::Busy { .. }), "{error}");
    assert_eq!(error.name(), "wall_busy");
    drop(holder);
    assert_eq!(wall.texts(), ["before"]);
}

#[test]
fn the_error_names_the_file_that_cannot_be_written() {
    let mut wall = TestWall::new();
    fs_err::create_dir(wall.dir.content()).unwrap();
    let error = wall.writer.append(&[draft("x")], soon()).unwrap_err();
    assert_eq!(error.to_string(), "content: is a directory; expected a regular file");
    assert_eq!(error.name(), "volume_foreign");
}

#[test]
fn a_missing_directory_is_a_missing_volume_and_is_not_created() {
    let mut wall = TestWall::new();
    fs_err::remove_dir(wall.dir.path()).unwrap();
    let error = wall.writer.append(&[draft("x")], soon()).unwrap_err();
    assert_eq!(error.name(), "volume_missing");
    assert!(!wall.dir.path().exists());
    fs_err::create_dir(wall.dir.path()).unwrap();
    wall.post("there again");
}

#[test]
fn directories_and_files_have_modes_that_let_the_group_only_read() {
    let mut wall = TestWall::new();
    wall.patch(serde_json::json!({"keep_messages": 1})).unwrap();
    for number in 0..4 {
        wall.post_draft(draft_of("Hello", &number.to_string())).unwrap();
    }
    let mode = |path: &std::path::Path| fs_err::metadata(path).unwrap().permissions().mode() & 0o777;
    for directory in [wall.dir.history(), wall.dir.trash(), wall.dir.retries()] {
        assert_eq!(mode(&directory), 0o750);
        for file in fs_err::read_dir(&directory).unwrap() {
            assert_eq!(mode(&file.unwrap().path()), 0o640);
        }
    }
    for file in [wall.dir.content(), wall.dir.config(), wall.dir.writer_lock()] {
        assert_eq!(mode(&file), 0o640, "{}", file.display());
    }
}

#[test]
fn clear_begins_a_new_wall() {
    let mut wall = TestWall::new();
    wall.post("gone");
    let before = shared_volume::wall::newest(&wall.dir, 1).unwrap().cursor;
    wall.writer.clear(None, soon()).unwrap();
    assert_eq!(wall.texts(), [""; 0]);
    wall.post("new");
    let after = shared_volume::wall::newest(&wall.dir, 1).unwrap().cursor;
    assert_ne!(before.wall, after.wall);
    assert_eq!(wall.texts(), ["new"]);
}

#[test]
fn a_retry_of_clear_keeps_later_messages() {
    let mut wall = TestWall::new();
    wall.patch(serde_json::json!({"keep_messages": 3})).unwrap();
    wall.post("gone");
    let first = wall.writer.clear(Some("e-1"), soon()).unwrap();
    for number in 0..20 {
        wall.post(&number.to_string());
    }
    let again = wall.writer.clear(Some("e-1"), soon()).unwrap();
    assert_eq!((again.wall, again.repeated), (first.wall, true));
    assert!(!wall.texts().is_empty());
    wall.writer.clear(Some("e-2"), soon()).unwrap();
    assert_eq!(wall.texts(), [""; 0]);
}

#[test]
fn a_retry_changes_nothing_after_lines_were_deleted_from_the_log() {
    let mut wall = TestWall::new();
    wall.patch(serde_json::json!({"keep_messages": 2})).unwrap();
    for number in 0..5 {
        wall.post(&format!("{number} {}", "x".repeat(200)));
    }
    wall.patch(serde_json::json!({"keep_messages": 1000})).unwrap();
    // `recorded` is now a position after the end of the edited log.
    let without_second = |content: String| {
        let lines: Vec<_> = content.lines().enumerate().filter(|(line, _)| *line != 1).map(|(_, text)| text).collect();
        lines.join("\n") + "\n"
    };
    wall.write_content(without_second(wall.content()));
    let first = wall.post_draft(draft_of("once", "e-1")).unwrap();
    for number in 0..5 {
        wall.post(&format!("later {number} {}", "x".repeat(200)));
    }
    let again = post_by(&mut wall.another_writer(), draft_of("once", "e-1")).unwrap().unwrap();
    assert!(again.repeated);
    assert_eq!(again.message, first.message);
    assert_eq!(wall.texts().iter().filter(|text| *text == "once").count(), 1);
}
