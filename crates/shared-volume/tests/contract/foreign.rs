//! Other programs, which do not know the contract: they append plain lines, and edit or delete the log.

use std::io::Write;

use shared_volume::wall::{EntryKind, Tail, newest};

use crate::support::{TestWall, draft, soon, texts};

fn append_plain(wall: &TestWall, line: &str) {
    let mut file = fs_err::OpenOptions::new().create(true).append(true).open(wall.dir.content()).unwrap();
    file.write_all(line.as_bytes()).unwrap();
}

#[test]
fn plain_lines_and_records_are_shown_together() {
    let mut wall = TestWall::new();
    append_plain(&wall, "from python\n");
    wall.post("from rust");
    append_plain(&wall, "from python again\n");
    assert_eq!(wall.texts(), ["from python", "from rust", "from python again"]);
}

#[test]
fn a_plain_line_without_a_newline_is_kept_complete() {
    let mut wall = TestWall::new();
    append_plain(&wall, "no newline");
    wall.post("after");
    assert_eq!(wall.texts(), ["no newline", "after"]);
}

#[test]
fn deleting_the_log_empties_the_wall_and_the_next_message_begins_a_new_one() {
    let mut wall = TestWall::new();
    wall.post("old");
    let mut tail = Tail::new(wall.dir.clone());
    let before = tail.read().unwrap().unwrap().cursor;
    fs_err::remove_file(wall.dir.content()).unwrap();
    let empty = tail.read().unwrap().unwrap();
    assert!(empty.restarted && empty.entries.is_empty());
    wall.post("new");
    let after = tail.read().unwrap().unwrap();
    assert_eq!(texts(&after.entries), ["new"]);
    assert_ne!(after.cursor.wall, before.wall);
}

#[test]
fn a_wall_of_another_program_has_one_id_for_all_readers_and_keeps_it() {
    let mut wall = TestWall::new();
    append_plain(&wall, "first\n");
    let named = newest(&wall.dir, 1).unwrap().cursor;
    assert_eq!(Tail::new(wall.dir.clone()).read().unwrap().unwrap().cursor, named);
    wall.patch(serde_json::json!({"keep_messages": 2})).unwrap();
    for number in 0..10 {
        wall.post(&number.to_string());
    }
    assert!(wall.content().starts_with(r#"{"wall":""#), "the log was compacted and has a header now");
    assert_eq!(newest(&wall.dir, 1).unwrap().cursor.wall, named.wall);
}

#[test]
fn damaged_lines_are_skipped_and_counted() {
    let mut wall = TestWall::new();
    wall.post("good");
    let record = wall.content().lines().last().unwrap().replace("good", "bad\\x");
    let mut bytes = wall.content().into_bytes();
    bytes.extend_from_slice(format!("{record}\nplain\n").as_bytes());
    wall.write_content(bytes);
    let added = Tail::new(wall.dir.clone()).read().unwrap().unwrap();
    assert_eq!(texts(&added.entries), ["good", "plain"]);
    assert_eq!(added.damaged_lines, 1);
    assert!(matches!(added.entries[1].kind, EntryKind::Plain { .. }));
}

#[test]
fn all_lines_of_other_programs_are_shown() {
    let wall = TestWall::new();
    let mut bytes = b"{\"id\":\"7\",\"text\":\"order shipped\"}\ncaf\xe9\na\0b\x1b[31m\n\0\0\0\n\n  \n".to_vec();
    bytes.extend_from_slice(b"{\"wall\":\"x\"}\n{\"id\":\"01KAHello from Python\n{\"removes\":1}\nplain\n");
    wall.write_content(bytes);
    let added = Tail::new(wall.dir.clone()).read().unwrap().unwrap();
    let shown = [
        r#"{"id":"7","text":"order shipped"}"#,
        "caf\u{fffd}",
        "a\u{fffd}b\u{fffd}[31m",
        r#"{"wall":"x"}"#,
        r#"{"id":"01KAHello from Python"#,
        r#"{"removes":1}"#,
        "plain",
    ];
    assert_eq!((texts(&added.entries), added.damaged_lines), (shown.map(str::to_owned).to_vec(), 0));
}

#[test]
fn a_log_that_was_rewritten_in_place_is_read_from_its_beginning() {
    let mut wall = TestWall::new();
    for number in 0..5 {
        wall.post(&number.to_string());
    }
    let mut tail = Tail::new(wall.dir.clone());
    tail.read().unwrap();
    let rewritten = wall.content().replace(r#""text":"4""#, r#""text":"X""#);
    wall.write_content(format!("{rewritten}more\n"));
    let added = tail.read().unwrap().unwrap();
    assert!(added.restarted);
    assert_eq!(texts(&added.entries), ["0", "1", "2", "3", "X", "more"]);
}

#[test]
fn a_line_that_another_program_appends_to_half_a_record_in_a_replaced_log_is_carried_over() {
    let mut wall = TestWall::new();
    wall.post("one");
    let mut old = fs_err::OpenOptions::new().append(true).open(wall.dir.content()).unwrap();
    wall.post("crashes");
    let length = fs_err::metadata(wall.dir.content()).unwrap().len();
    old.set_len(length - 50).unwrap();
    wall.another_writer().append(&[draft("two")], soon()).unwrap();
    old.write_all(b"from python\n").unwrap();
    wall.post("three");
    assert_eq!(wall.texts(), ["one", "two", "from python", "three"]);
}

#[test]
fn a_wall_that_was_cleared_many_times_can_still_be_written() {
    let mut wall = TestWall::new();
    for number in 0..200 {
        wall.writer.clear(Some(&format!("test:{number}")), soon()).unwrap();
    }
    wall.post("still here");
    assert_eq!(wall.texts(), ["still here"]);
}

#[test]
fn a_copy_of_a_record_is_shown_once_and_never_restores_a_removed_message() {
    let mut wall = TestWall::new();
    wall.patch(serde_json::json!({"keep_messages": 2})).unwrap();
    let removed = wall.post("removed");
    wall.post("kept");
    let copies: String = wall.content().lines().skip(1).map(|line| format!("{line}\n")).collect();
    wall.writer.remove(&removed.message.id.to_string(), None, None, soon()).unwrap();
    append_plain(&wall, &copies);
    for texts in [wall.texts(), texts(&wall.writer.newest(10).unwrap().entries)] {
        assert_eq!(texts, ["kept"]);
    }
    (0..3).for_each(|number| drop(wall.post(&number.to_string())));
    append_plain(&wall, &copies);
    (3..5).for_each(|number| drop(wall.post(&number.to_string())));
    // Compaction has dropped the lines before the copies.
    assert!(wall.content().lines().count() < 10, "{}", wall.content());
    for number in 5..9 {
        let texts = wall.texts();
        assert!(texts.iter().all(|text| text.len() == 1), "{texts:?}");
        wall.post(&number.to_string());
    }
}

#[test]
fn a_header_with_an_impossible_start_is_a_plain_line() {
    for start in [u64::MAX, u64::MAX - 10, i64::MAX as u64] {
        let mut wall = TestWall::new();
        let header = format!("{{\"wall\":\"01KATK5XH8Z6Z7M1T2D3E4F5G6\",\"start\":{start}}}");
        wall.write_content(format!("{header}\nplain\n"));
        wall.post("ours");
        assert_eq!(wall.texts(), [&header, "plain", "ours"]);
    }
}
