//! Writers that are cut off or crash during a write, whose bytes may arrive late.

use std::os::unix::fs::{FileExt, MetadataExt};

use serde_json::{Value, json};
use shared_volume::wall::Tail;

use crate::support::{TestWall, soon, texts};

impl TestWall {
    /// Stores an intent in `writer.lock`, as a writer that crashed would have done.
    fn begin(&self, intent: &Value) {
        fs_err::write(self.dir.writer_lock(), intent.to_string()).unwrap();
    }

    /// Stores the intent to append 20 bytes. Returns the log, open for writing, and the offset of the bytes.
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
fn a_late_write_of_a_writer_that_was_cut_off_overwrites_nothing() {
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
    assert!(!added.restarted, "a reader continues at its place");
    assert_eq!(texts(&added.entries), ["two", "three"]);
}

#[test]
fn a_complete_append_does_not_move_the_log() {
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
fn a_log_of_another_program_keeps_its_wall_id_when_it_is_moved() {
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
fn an_unfinished_replacement_never_completes_late() {
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
fn an_unknown_intent_may_still_arrive() {
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
fn an_impossible_state_of_a_replaced_log_does_not_stop_writers() {
    let mut wall = TestWall::new();
    wall.post("one");
    wall.writer.clear(None, soon()).unwrap();
    let file = wall.writer.trash().unwrap().pop().unwrap().file;
    for (from, then) in [(u64::MAX, None), (0, Some(u64::MAX)), (u64::MAX, Some(0)), (i64::MAX as u64, None)] {
        // The lines of a replaced log are read only while an append is missing: the one with 20 bytes.
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
