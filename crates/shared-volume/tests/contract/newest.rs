//! Reading the newest messages.

use shared_volume::wall::newest;

use crate::support::{TestWall, draft, soon, texts};

#[test]
fn the_newest_messages_are_found_in_a_log_of_any_length() {
    let mut wall = TestWall::new();
    wall.patch(serde_json::json!({"keep_messages": 10000})).unwrap();
    let drafts: Vec<_> = (0..3000).map(|number| draft(&format!("{number} {}", "x".repeat(number % 300)))).collect();
    wall.writer.append(&drafts, soon()).unwrap();
    let all = wall.texts();
    assert_eq!(all.len(), 3000);
    for limit in [1, 2, 99, 100, 1500, 2999, 3000, 3001] {
        let found = newest(&wall.dir, limit).unwrap();
        assert_eq!(texts(&found.entries), all[all.len().saturating_sub(limit)..], "limit {limit}");
        assert_eq!(found.older.is_some(), limit < 3000, "limit {limit}");
    }
}

#[test]
fn older_is_the_cursor_before_the_oldest_message_of_the_answer() {
    let mut wall = TestWall::new();
    for number in 0..10 {
        wall.post(&number.to_string());
    }
    let found = newest(&wall.dir, 4).unwrap();
    assert_eq!(found.older.unwrap().position, found.entries[0].span.start);
    assert_eq!(found.cursor, found.entries[3].end(found.cursor.wall));
}

#[test]
fn a_writer_returns_at_most_keep_messages() {
    let mut wall = TestWall::new();
    wall.patch(serde_json::json!({"keep_messages": 3})).unwrap();
    for number in 0..5 {
        wall.post(&number.to_string());
    }
    assert_eq!(texts(&wall.writer.newest(100).unwrap().entries), ["2", "3", "4"]);
}
