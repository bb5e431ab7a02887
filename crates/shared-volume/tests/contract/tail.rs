//! Reading the entries that were added.

use shared_volume::wall::{Cursor, Tail};

use crate::support::{TestWall, texts};

#[test]
fn a_missing_log_is_an_empty_wall_and_is_reported_once() {
    let wall = TestWall::new();
    let mut tail = Tail::new(wall.dir.clone());
    assert!(tail.read().unwrap().unwrap().entries.is_empty());
    assert!(tail.read().unwrap().is_none());
}

#[test]
fn a_log_that_is_missing_with_its_directory_is_an_error() {
    let mut wall = TestWall::new();
    wall.post("one");
    let mut tail = Tail::new(wall.dir.clone());
    tail.read().unwrap();
    fs_err::remove_dir_all(wall.dir.path()).unwrap();
    assert_eq!(tail.read().unwrap_err().kind(), std::io::ErrorKind::NotFound);
}

#[test]
fn an_unchanged_log_is_not_reported() {
    let mut wall = TestWall::new();
    wall.post("Hello");
    let mut tail = Tail::new(wall.dir.clone());
    assert!(tail.read().unwrap().is_some());
    assert!(tail.read().unwrap().is_none());
}

#[test]
fn only_added_entries_are_reported_with_their_positions() {
    let mut wall = TestWall::new();
    wall.post("one");
    let mut tail = Tail::new(wall.dir.clone());
    let first = tail.read().unwrap().unwrap();
    wall.post("two");
    wall.post("three");
    let second = tail.read().unwrap().unwrap();
    assert!(first.restarted && !second.restarted);
    assert_eq!(texts(&second.entries), ["two", "three"]);
    assert_eq!(second.entries[0].span.start, first.cursor.position);
    assert_eq!(second.entries[1].span.end, second.cursor.position);
}

#[test]
fn a_line_is_reported_only_when_it_is_complete() {
    let mut wall = TestWall::new();
    wall.post("Hello");
    let whole = wall.content();
    let mut tail = Tail::new(wall.dir.clone());
    for length in (whole.find('\n').unwrap() + 1)..whole.len() {
        wall.write_content(&whole[..length]);
        let entries = tail.read().unwrap().map(|added| added.entries).unwrap_or_default();
        assert!(entries.is_empty(), "{length} bytes made {entries:?}");
    }
    wall.write_content(&whole);
    assert_eq!(texts(&tail.read().unwrap().unwrap().entries), ["Hello"]);
}

#[test]
fn a_cursor_is_equal_after_formatting_and_parsing() {
    let mut wall = TestWall::new();
    wall.post("Hello");
    let cursor = Tail::new(wall.dir.clone()).read().unwrap().unwrap().cursor;
    assert_eq!(cursor.to_string().parse::<Cursor>().unwrap(), cursor);
    for text in ["", "-", "x-1", "01ARZ3NDEKTSV4RRFFQ69G5FAV-", "01ARZ3NDEKTSV4RRFFQ69G5FAV--1"] {
        assert!(text.parse::<Cursor>().is_err(), "{text:?}");
    }
}
