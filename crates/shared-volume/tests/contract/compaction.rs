//! Compaction: the log stays bounded, and readers that follow it are not disturbed.

use shared_volume::wall::{Tail, WallWriter, newest};

use crate::support::{TestWall, draft, post_by, texts};

#[test]
fn the_log_never_has_more_than_twice_keep_messages() {
    let mut wall = TestWall::new();
    wall.patch(serde_json::json!({"keep_messages": 5})).unwrap();
    for number in 0..53 {
        wall.post(&number.to_string());
        assert!(wall.content().lines().count() <= 11, "after message {number}");
    }
    let texts = wall.texts();
    assert_eq!(texts[texts.len() - 5..], ["48", "49", "50", "51", "52"]);
}

#[test]
fn a_reader_sees_every_message_once_over_many_compactions() {
    let mut wall = TestWall::new();
    wall.patch(serde_json::json!({"keep_messages": 3})).unwrap();
    let mut tail = Tail::new(wall.dir.clone());
    let mut seen = texts(&tail.read().unwrap().unwrap().entries);
    wall.post("0");
    assert!(tail.read().unwrap().unwrap().restarted, "an empty directory became a wall");
    for number in 1..40 {
        wall.post(&number.to_string());
        let added = tail.read().unwrap().unwrap();
        assert!(!added.restarted, "message {number} made the reader start over");
        seen.extend(texts(&added.entries));
    }
    assert_eq!(seen, (1..40).map(|number| number.to_string()).collect::<Vec<_>>());
}

#[test]
fn a_reader_starts_over_if_it_missed_more_than_keep_messages() {
    let mut wall = TestWall::new();
    wall.patch(serde_json::json!({"keep_messages": 2})).unwrap();
    wall.post("seen");
    let mut tail = Tail::new(wall.dir.clone());
    tail.read().unwrap();
    for number in 0..20 {
        wall.post(&number.to_string());
    }
    let added = tail.read().unwrap().unwrap();
    assert!(added.restarted);
    assert_eq!(added.entries.len(), wall.texts().len());
}

#[test]
fn messages_of_other_writers_count_too() {
    let mut wall = TestWall::new();
    wall.patch(serde_json::json!({"keep_messages": 4})).unwrap();
    let mut other = wall.another_writer();
    for number in 0..30 {
        wall.post(&format!("a{number}"));
        post_by(&mut other, draft(&format!("b{number}"))).unwrap().unwrap();
        assert!(wall.content().lines().count() <= 9);
    }
}

#[test]
fn concurrent_writers_lose_nothing_during_compaction() {
    let wall = TestWall::new();
    wall.patch(serde_json::json!({"keep_messages": 2})).unwrap();
    let written = |mut writer: WallWriter| {
        let lengths = (0..60).map(|number| {
            let appended = post_by(&mut writer, draft(&number.to_string())).unwrap().unwrap();
            serde_json::to_string(&appended.message).unwrap().len() as u64 + 1
        });
        lengths.sum::<u64>()
    };
    let bytes: u64 = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..4).map(|_| wall.another_writer()).map(|one| scope.spawn(|| written(one))).collect();
        writers.into_iter().map(|writer| writer.join().unwrap()).sum()
    });
    // Positions grow across compactions, so the last one is the number of all bytes that were appended.
    assert_eq!(newest(&wall.dir, 1).unwrap().cursor.position, bytes);
}
