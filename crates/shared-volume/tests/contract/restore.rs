//! Restoring messages that clear or compaction took off the wall.

use std::io::Write;

use shared_volume::wall::{RestoreError, Tail};

use crate::support::{TestWall, soon, texts};

#[test]
fn messages_of_a_cleared_wall_are_restored_before_later_messages() {
    let mut wall = TestWall::new();
    wall.post("one");
    wall.post("two");
    wall.writer.clear(Some("test:clear"), soon()).unwrap();
    wall.post("since");
    let trashed = wall.writer.trash().unwrap().pop().unwrap();
    assert_eq!(trashed.messages, 2);
    let restored = wall.writer.restore(trashed.file, soon()).unwrap();
    assert_eq!((restored.messages, restored.total), (2, 3));
    assert_eq!(wall.texts(), ["one", "two", "since"]);
    assert!(wall.writer.clear(Some("test:clear"), soon()).unwrap().repeated, "a retry of the clear removes nothing");
    // A second restoration doubles nothing.
    assert_eq!(wall.writer.restore(trashed.file, soon()).map(|again| again.messages).unwrap_or_default(), 0);
    assert_eq!(wall.texts(), ["one", "two", "since"]);
}

#[test]
fn messages_that_a_lower_keep_messages_dropped_are_restored_before_the_others() {
    let mut wall = TestWall::new();
    for number in 0..60 {
        wall.post(&number.to_string());
    }
    let all = wall.texts();
    let mut tail = Tail::new(wall.dir.clone());
    let before = tail.read().unwrap().unwrap().cursor;
    wall.patch(serde_json::json!({"keep_messages": 10})).unwrap();
    wall.post("60");
    assert!(wall.texts().len() < 60);
    let trashed = wall.writer.trash().unwrap().pop().unwrap();
    let refused = wall.writer.restore(trashed.file, soon()).unwrap_err();
    assert!(matches!(refused, RestoreError::TooMany { total: 61, keep: 10 }), "{refused}");
    wall.patch(serde_json::json!({"keep_messages": 1000})).unwrap();
    wall.writer.restore(trashed.file, soon()).unwrap();
    assert_eq!(wall.texts(), [all, vec!["60".to_owned()]].concat());
    // A browser with this cursor may have connected after the compaction, so it must start over.
    let added = tail.read().unwrap().unwrap();
    assert_eq!((added.restarted, texts(&added.entries)), (true, wall.texts()));
    assert!(added.entries.iter().all(|entry| entry.end(added.cursor.wall) != before), "{before}");
}

#[test]
fn a_reader_that_started_after_the_compaction_starts_over_after_the_restoration() {
    let mut wall = TestWall::new();
    for number in 0..8 {
        wall.post(&number.to_string());
    }
    wall.patch(serde_json::json!({"keep_messages": 2})).unwrap();
    wall.post("8");
    wall.patch(serde_json::json!({"keep_messages": 1000})).unwrap();
    let mut tail = Tail::new(wall.dir.clone());
    assert_eq!(texts(&tail.read().unwrap().unwrap().entries), ["7", "8"]);
    let trashed = wall.writer.trash().unwrap().pop().unwrap();
    let restored = wall.another_writer().restore(trashed.file, soon()).unwrap();
    assert_eq!((restored.messages, restored.total), (7, 9));
    let added = tail.read().unwrap().unwrap();
    assert!(added.restarted);
    assert_eq!(texts(&added.entries), ["0", "1", "2", "3", "4", "5", "6", "7", "8"]);
}

#[test]
fn restored_and_removed_messages_are_not_restored_again() {
    let mut wall = TestWall::new();
    let ids: Vec<String> = ["kept", "removed", "later"].map(|text| wall.post(text).message.id.to_string()).into();
    let mut foreign = fs_err::OpenOptions::new().append(true).open(wall.dir.content()).unwrap();
    foreign.write_all(b"plain\n").unwrap();
    wall.writer.remove(&ids[1], None, None, soon()).unwrap();
    wall.writer.clear(None, soon()).unwrap();
    let trashed = wall.writer.trash().unwrap().pop().unwrap();
    let copy = fs_err::read(wall.dir.trash().join(format!("content.{}", trashed.file))).unwrap();
    let restored = wall.writer.restore(trashed.file, soon()).unwrap();
    assert_eq!((restored.messages, restored.total), (3, 3));
    assert_eq!(wall.texts(), ["kept", "later", "plain"]);
    assert_eq!(wall.writer.trash().unwrap(), []);
    // The other program still has the old log open.
    foreign.write_all(b"more\n").unwrap();
    wall.writer.remove(&ids[2], None, None, soon()).unwrap();
    for _ in 0..2 {
        // Another log in `trash/` may contain the same messages.
        fs_err::write(wall.dir.trash().join(format!("content.{}", trashed.file)), &copy).unwrap();
        wall.another_writer().restore(trashed.file, soon()).unwrap();
        let ours: Vec<String> = wall.texts().into_iter().filter(|text| text != "plain").collect();
        assert_eq!(ours, ["kept", "more"]);
    }
}

#[test]
fn a_cleared_wall_is_restored_once_for_an_event() {
    let mut wall = TestWall::new();
    wall.post("one");
    wall.post("two");
    let cleared = Tail::new(wall.dir.clone()).read().unwrap().unwrap().cursor.wall;
    wall.writer.clear(Some("test:clear"), soon()).unwrap();
    wall.post("since");
    let restored = wall.writer.restore_wall(cleared, Some("test:restore"), soon()).unwrap();
    assert_eq!((restored.messages, restored.repeated), (2, false));
    assert_eq!(wall.texts(), ["one", "two", "since"]);
    // A retry changes nothing, neither now nor after the place of the event is gone.
    for is_cleared_again in [false, true] {
        if is_cleared_again {
            wall.writer.clear(Some("test:again"), soon()).unwrap();
        }
        let before = wall.texts();
        let mut another = wall.another_writer();
        let repeated = another.restore_wall(cleared, Some("test:restore"), soon()).unwrap();
        assert_eq!((repeated.messages, repeated.repeated, wall.texts()), (2, true, before));
        assert!(another.clear(Some("test:clear"), soon()).unwrap().repeated, "the clear is remembered, too");
    }
    let reused = wall.writer.restore_wall(ulid::Ulid::generate(), Some("test:restore"), soon()).unwrap_err();
    assert_eq!(
        reused.to_string(),
        "event: \"restore\" was used before for something else; send a new event id with a new command"
    );
}

#[test]
fn a_wall_of_which_nothing_is_missing_or_which_does_not_fit_is_not_restored() {
    let mut wall = TestWall::new();
    wall.post("one");
    wall.post("two");
    let cleared = Tail::new(wall.dir.clone()).read().unwrap().unwrap().cursor.wall;
    let refusal = |wall: &mut TestWall| {
        let refused = wall.writer.restore_wall(cleared, Some("test:restore"), soon()).unwrap_err();
        match refused {
            shared_volume::ChangeError::Refused(refusal) => refusal.name(),
            error => panic!("{error}"),
        }
    };
    assert_eq!(refusal(&mut wall), "restore_nothing");
    wall.writer.clear(None, soon()).unwrap();
    wall.patch(serde_json::json!({"keep_messages": 1})).unwrap();
    assert_eq!(refusal(&mut wall), "restore_too_large");
    assert_eq!(wall.texts(), [""; 0]);
    wall.patch(serde_json::json!({"keep_messages": 2})).unwrap();
    assert_eq!(wall.writer.restore_wall(cleared, Some("test:restore"), soon()).unwrap().messages, 2);
}
