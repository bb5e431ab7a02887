//! A writer is cut off or dies in the middle, and its kernel writes later what it had begun.

use std::os::unix::fs::{FileExt, MetadataExt};

use serde_json::{Value, json};
use shared_volume::wall::Tail;

use crate::support::{TestWall, soon, texts};

impl TestWall {
    /// The lock's file says that this was begun; of a writer that is gone.
    fn begin(&self, intent: &Value) {
        fs_err::write(self.dir.writer_lock(), intent.to_string()).unwrap();
    }

    /// A writer has begun to append 20 bytes and got no further. What it has open, and where they go.
    fn begin_to_append(&self) -> (std::fs::File, u64) {
        let log = fs_err::OpenOptions::new().write(true).open(self.dir.content()).unwrap().into_file();
        let (inode, from) = (log.metadata().unwrap().ino(), log.metadata().unwrap().len());
        self.begin(&json!({ "append": { "inode": inode, "from": from, "bytes": 20, "hash": 1 } }));
        (log, from)
    }

    fn inode(&self) -> u64 {
        fs_err::metadata(self.dir.content()).unwrap().ino()
    }
}

#[test]
fn what_a_writer_that_was_cut_off_writes_late_overwrites_nothing() {
    let mut wall = TestWall::new();
    wall.post("one");
    let mut tail = Tail::new(wall.dir.clone());
    tail.read().unwrap();
    let (late, from) = wall.begin_to_append();
    wall.post("two");
    late.write_all_at(&[b'x'; 20], from).unwrap();
    assert_eq!(wall.texts(), ["one", "two"]);
    wall.post("three");
    assert_eq!(wall.texts(), ["one", "two", "three"]);
    let added = tail.read().unwrap().unwrap();
    assert!(!added.restarted, "a reader goes on where it was");
    assert_eq!(texts(&added.entries), ["two", "three"]);
}

#[test]
fn what_came_in_time_leaves_the_log_where_it_is() {
    let mut wall = TestWall::new();
    wall.post("one");
    let before = wall.inode();
    wall.post("two");
    assert_eq!(wall.inode(), before);
    wall.writer.clear(None, soon()).unwrap();
    let cleared = wall.inode();
    wall.post("three");
    assert_eq!(wall.inode(), cleared);
}

#[test]
fn a_log_of_another_program_keeps_its_name_when_it_has_to_move() {
    let mut wall = TestWall::new();
    wall.write_content("plain\n");
    let mut tail = Tail::new(wall.dir.clone());
    let before = tail.read().unwrap().unwrap().cursor.wall;
    wall.begin_to_append();
    wall.post("ours");
    let added = tail.read().unwrap().unwrap();
    assert_eq!((added.cursor.wall, added.restarted), (before, false));
    assert_eq!(texts(&added.entries), ["ours"]);
}

#[test]
fn a_replacement_that_was_begun_never_comes_to_its_end() {
    let mut wall = TestWall::new();
    wall.post("one");
    let temporary = wall.dir.path().join(".content.01.tmp");
    fs_err::write(&temporary, "an older log\n").unwrap();
    wall.begin(&json!("replace"));
    wall.post("two");
    assert!(!temporary.exists(), "its rename would take the log's place");
    assert_eq!(wall.texts(), ["one", "two"]);
}

#[test]
fn what_nobody_understands_is_taken_for_something_that_may_still_come() {
    let mut wall = TestWall::new();
    wall.post("one");
    let before = wall.inode();
    wall.begin(&json!({ "append": { "inode": before, "from": u64::MAX, "bytes": u64::MAX, "hash": 0 } }));
    wall.post("two");
    assert_ne!(wall.inode(), before);
    let before = wall.inode();
    wall.begin(&json!("something else"));
    wall.post("three");
    assert_ne!(wall.inode(), before);
    assert_eq!(wall.texts(), ["one", "two", "three"]);
}

#[test]
fn a_state_that_says_nonsense_of_a_replaced_log_stops_nobody() {
    let mut wall = TestWall::new();
    wall.post("one");
    wall.writer.clear(None, soon()).unwrap();
    let file = wall.writer.trash().unwrap().pop().unwrap().file;
    for (from, then) in [(u64::MAX, None), (0, Some(u64::MAX)), (u64::MAX, Some(0)), (i64::MAX as u64, None)] {
        // Only an append that has not arrived has those lines looked at that it may have taken over.
        for bytes in [0, 20] {
            let intent = json!({ "append": { "inode": wall.inode(), "from": 0, "bytes": bytes, "hash": 1 } });
            let until = "2099-01-01T00:00:00Z";
            let replaced = json!([{ "file": file, "from": from, "then": then, "until": until }]);
            wall.begin(&json!({ "holder": file, "intent": intent, "replaced": replaced }));
            wall.post("two");
            wall.post("three");
            let state = fs_err::read_to_string(wall.dir.writer_lock()).unwrap();
            assert!(!state.contains(until), "{state}");
        }
    }
    assert_eq!(wall.texts(), ["two", "three"].repeat(8));
}
