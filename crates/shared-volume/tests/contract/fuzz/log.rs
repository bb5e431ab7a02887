//! The log: any bytes, read at once and piece by piece.

use std::collections::HashSet;
use std::io::Write;

use ::support::fuzz::{Fuzzer, Input, Verdict};
use shared_volume::message::{Draft, Picture};
use shared_volume::wall::{Added, Cursor, Entry, EntryKind, Tail, newest};

use super::lines;
use crate::support::{TestWall, draft, draft_of, soon, texts};

/// Another program may write more lines than a wall keeps. From here on a post compacts the log.
const MANY: usize = 1500;

/// Lines that this crate never writes.
const FOREIGN: &str =
    "from another program\ncaf\u{e9}\r\n{\"order\":\"shipped\"}\n\n{\"id\":\"7\",\"text\":\"order\"}\n";

/// Returns logs as writers leave them, and their lines.
fn seeds() -> Vec<Vec<u8>> {
    let mut wall = TestWall::in_memory();
    let first = wall.post("first").message.id.to_string();
    wall.post_draft(Draft { author: Some("ann".to_owned()), ..draft_of("two\nlines", "http:1") }).unwrap();
    let picture = Picture::named(&[b"a picture"], 640, 480).unwrap();
    wall.post_draft(Draft { picture: Some(picture), ..draft("\u{1f426}") }).unwrap();
    wall.writer.remove(&first, Some("ann"), Some("page:2"), soon()).unwrap();
    let mut seeds = vec![wall.content(), FOREIGN.to_owned(), format!("{FOREIGN}{}", wall.content())];
    let label = r#","at":"2026-01-02T03:04:05.678Z","classes":[["wren",0.9]],"model":"m","event":"outcome:1"}"#;
    seeds.push(format!("{}{{\"labels\":\"{first}\"{label}\n", wall.content()));
    wall.writer.clear(Some("test:3"), soon()).unwrap();
    wall.patch(serde_json::json!({ "keep_messages": 1 })).unwrap();
    (0..4).for_each(|number| drop(wall.post(&number.to_string())));
    seeds.push(wall.content());
    let lines: Vec<String> = seeds.iter().flat_map(|seed| seed.split_inclusive('\n')).map(str::to_owned).collect();
    seeds.into_iter().chain(lines).map(String::into_bytes).collect()
}

#[test]
fn any_log_is_shown_line_by_line_and_in_pieces_as_a_whole() {
    let wall = TestWall::in_memory();
    let words = [r#"{"id":""#, r#"{"removes":""#, r#"{"labels":""#, r#"{"wall":""#, r#","start":0}"#, "\"}", "\"}\n"];
    Fuzzer::new("log lines", seeds()).words(words).run(|input| check(&wall, input));
}

fn check(wall: &TestWall, input: &Input) -> Verdict {
    drop(fs_err::remove_file(wall.dir.content()));
    let mut log = fs_err::OpenOptions::new().create_new(true).append(true).open(wall.dir.content()).unwrap();
    let mut reader = Reader { tail: Tail::new(wall.dir.clone()), entries: Vec::new(), cursor: Cursor::NO_WALL };
    let mut ends = [0, 1, 2].map(|choice| input.choose(choice, input.bytes.len() + 1));
    ends.sort_unstable();
    let mut begin = 0;
    for end in ends.into_iter().chain([input.bytes.len()]) {
        log.write_all(&input.bytes[begin..end]).unwrap();
        reader.read();
        begin = end;
    }
    let whole = Tail::new(wall.dir.clone()).read().unwrap().unwrap();
    assert_eq!((&reader.entries, reader.cursor), (&whole.entries, whole.cursor), "read in pieces, and at once");
    lines::check(&input.bytes, &whole);
    check_newest(wall, &whole);
    if input.choose(3, 10) == 0 && whole.entries.len() < MANY {
        check_post(&input.bytes, &whole.entries);
    }
    if whole.damaged_lines == 0 && !whole.entries.is_empty() { Verdict::Accepted } else { Verdict::Refused }
}

/// A reader that follows a log.
struct Reader {
    tail: Tail,
    entries: Vec<Entry>,
    cursor: Cursor,
}

impl Reader {
    /// Reads what was added. A log that only grows never makes a reader start over.
    fn read(&mut self) {
        let Some(Added { restarted, entries, cursor, .. }) = self.tail.read().unwrap() else { return };
        assert!(!restarted || self.entries.is_empty(), "the reader starts over");
        assert!(restarted || cursor.position >= self.cursor.position, "the position decreases");
        self.cursor = cursor;
        self.entries.extend(entries);
        let ordered = self.entries.windows(2).all(|pair| pair[0].span.end <= pair[1].span.start);
        assert!(
            ordered && self.entries.last().is_none_or(|last| last.end(cursor.wall) == cursor),
            "the order is wrong"
        );
    }
}

/// Checks that each message is on the wall once, and only messages are.
fn check_newest(wall: &TestWall, whole: &Added) {
    let newest = newest(&wall.dir, usize::MAX).unwrap();
    assert_eq!((newest.cursor, newest.older), (whole.cursor, None));
    let ids: HashSet<String> = newest.entries.iter().map(Entry::id).collect();
    assert_eq!(ids.len(), newest.entries.len(), "a message is shown twice");
    let is_message = |entry: &Entry| matches!(entry.kind, EntryKind::Message(_) | EntryKind::Plain { .. });
    assert!(newest.entries.iter().all(|entry| is_message(entry) && whole.entries.contains(entry)));
}

/// Checks that a message can be posted to this log, and that it comes after all that was there.
fn check_post(log: &[u8], before: &[Entry]) {
    let mut wall = TestWall::in_memory();
    wall.write_content(log);
    let mut reader = Reader { tail: Tail::new(wall.dir.clone()), entries: Vec::new(), cursor: Cursor::NO_WALL };
    reader.read();
    wall.post("posted");
    reader.read();
    let (before, after) = (texts(before), texts(&reader.entries));
    assert!(after.starts_with(&before), "{before:?} became {after:?}");
    // A line without its end becomes a line of its own.
    assert!(after.len() - before.len() <= 2 && after.last().is_some_and(|last| last == "posted"), "{after:?}");
}
