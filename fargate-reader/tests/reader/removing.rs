//! Messages that are removed.

use serde_json::{Value, json};

use crate::wall::{Reader, Wall, texts};

const ENTRIES: [&str; 3] = ["message", "removed", "wall"];

/// Returns the names, and the texts or ids, of the next events of a stream that reconnects with `cursor`.
async fn missed(reader: &Reader, cursor: &str, count: usize) -> Vec<(String, String)> {
    let mut events = reader.follow("/events", Some(cursor)).await;
    let mut missed = Vec::new();
    for _ in 0..count {
        let (event, data) = events.next(&ENTRIES).await;
        let said = data["text"].as_str().or(data["id"].as_str()).unwrap_or_default().to_owned();
        missed.push((event.event, said));
    }
    missed
}

fn ids(answer: &Value) -> Vec<String> {
    answer["messages"].as_array().unwrap().iter().map(|shown| shown["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_removal_is_sent_and_the_message_is_no_longer_shown() {
    let wall = Wall::empty();
    let written = wall.append(&["stays", "goes"]);
    let (reader, another) = (wall.reader().await, wall.reader().await);
    let mut streams = [reader.follow("/events", None).await, another.follow("/events", None).await];
    for events in &mut streams {
        events.next(&ENTRIES).await;
    }
    let goes = written[1].id.to_string();
    wall.remove(&goes);
    for events in &mut streams {
        let (event, removed) = events.next(&ENTRIES).await;
        assert_eq!((event.event.as_str(), &removed["id"]), ("removed", &json!(goes)));
        assert_eq!(json!(event.id), removed["cursor"]);
    }
    let new = wall.reader().await;
    for reader in [&reader, &another, &new] {
        let shown = reader.shows(&["stays"]).await;
        assert_eq!(shown["cursor"], reader.json("/api/status").await["cursor"]);
        assert!(!reader.get("/").await.text().await.unwrap().contains("goes"));
        assert_eq!(reader.json("/api/status").await["messages"], json!(1));
    }
}

#[tokio::test]
async fn a_client_that_missed_a_message_and_its_removal_gets_the_removal_only() {
    let wall = Wall::empty();
    let written = wall.append(&["seen", "goes", "stays"]);
    let reader = wall.reader().await;
    let shown = reader.shows(&["seen", "goes", "stays"]).await;
    let cursor = |index: usize| shown["messages"][index]["cursor"].as_str().unwrap();
    let removed = |index: usize| ("removed".to_owned(), written[index].id.to_string());
    let stays = ("message".to_owned(), "stays".to_owned());
    wall.remove(&written[1].id.to_string());
    reader.shows(&["seen", "stays"]).await;
    // A reader that starts now reads everything at once.
    for reader in [&reader, &wall.reader().await] {
        assert_eq!(missed(reader, cursor(0), 2).await, [stays.clone(), removed(1)]);
        // A client that has seen the message, and nothing after it.
        assert_eq!(missed(reader, cursor(1), 2).await, [stays.clone(), removed(1)]);
        assert_eq!(missed(reader, cursor(2), 1).await, [removed(1)]);
    }
}

#[tokio::test]
async fn a_plain_line_is_removed_by_the_id_that_it_is_shown_with() {
    let wall = Wall::empty();
    wall.write("content", "one\ntwo\none\n");
    let reader = wall.reader().await;
    let first = ids(&reader.shows(&["one", "two", "one"]).await)[0].clone();
    wall.remove(&first);
    reader.shows(&["two", "one"]).await;
}

#[tokio::test]
async fn pages_have_no_gap_where_messages_were_removed() {
    let wall = Wall::empty();
    let written = wall
        .append(&(0..250).map(|n| n.to_string()).collect::<Vec<_>>().iter().map(String::as_str).collect::<Vec<_>>());
    let reader = wall.reader().await;
    for index in [0, 100, 149, 150, 151, 248, 249] {
        wall.remove(&written[index].id.to_string());
    }
    let left: Vec<_> =
        (0..250).filter(|n| ![0, 100, 149, 150, 151, 248, 249].contains(n)).map(|n| n.to_string()).collect();
    reader.shows(&left.iter().map(String::as_str).collect::<Vec<_>>()).await;

    let (mut found, mut path) = (Vec::new(), "/api/messages".to_owned());
    loop {
        let page = reader.json(&path).await;
        found.splice(0..0, texts(&page));
        match page["older"].as_str() {
            Some(older) => path = format!("/api/messages?before={older}"),
            None => break,
        }
    }
    assert_eq!(found, left);
    let page = reader.get("/").await.text().await.unwrap();
    assert_eq!(page.matches("class=\"entry message\"").count(), 100);
}

#[tokio::test]
async fn a_message_whose_record_was_copied_is_shown_once_and_removed_for_good_by_every_task() {
    let wall = Wall::empty();
    let written = wall.append(&["goes", "stays"]);
    let copies = fs_err::read_to_string(wall.path().join("content")).unwrap();
    let (_, copies) = copies.split_once('\n').unwrap();
    let reader = wall.reader().await;
    wall.append_plain(copies);
    wall.append_plain("a line\n");
    for reader in [&reader, &wall.reader().await] {
        reader.shows(&["goes", "stays", "a line"]).await;
    }
    wall.remove(&written[0].id.to_string());
    wall.append_plain(copies);
    wall.append_plain("another line\n");
    // A reader that starts now has read it all at once.
    for reader in [&reader, &wall.reader().await] {
        reader.shows(&["stays", "a line", "another line"]).await;
    }
}

#[tokio::test]
async fn a_stream_gets_the_older_messages_that_a_removal_or_a_higher_limit_shows_again() {
    let wall = Wall::empty();
    wall.configure(json!({ "keep_messages": 2 }));
    let written = wall.append(&["0", "1", "2", "3"]);
    let reader = wall.reader().await;
    let mut events = reader.follow("/events", None).await;
    assert_eq!(texts(&events.next(&ENTRIES).await.1), ["2", "3"]);
    wall.remove(&written[3].id.to_string());
    let (event, shown) = events.next(&ENTRIES).await;
    assert_eq!((event.event.as_str(), texts(&shown)), ("wall", vec!["1".to_owned(), "2".to_owned()]));
    wall.configure(json!({ "keep_messages": 10 }));
    let (event, shown) = events.next(&ENTRIES).await;
    assert_eq!((event.event.as_str(), texts(&shown)), ("wall", vec!["0".to_owned(), "1".to_owned(), "2".to_owned()]));
}

#[tokio::test]
async fn a_client_that_was_away_during_a_restoration_starts_over_with_the_restored_messages() {
    let wall = Wall::empty();
    wall.append(&["0", "1", "2"]);
    wall.configure(json!({ "keep_messages": 1 }));
    wall.append(&["3"]);
    wall.configure(json!({ "keep_messages": 100 }));
    let reader = wall.reader().await;
    let (event, shown) = reader.follow("/events", None).await.next(&ENTRIES).await;
    assert_eq!(texts(&shown), ["3"]);
    wall.restore();
    reader.shows(&["0", "1", "2", "3"]).await;
    // A reader that starts now has never seen the wall without them.
    for reader in [&reader, &wall.reader().await] {
        let (event, shown) = reader.follow("/events", Some(&event.id)).await.next(&ENTRIES).await;
        assert_eq!((event.event.as_str(), texts(&shown).len()), ("wall", 4));
    }
}

#[tokio::test]
async fn old_messages_that_come_back_have_no_journey_and_are_not_counted_as_new() {
    let (wall, old) = (Wall::empty(), Wall::empty());
    old.append(&["0", "1"]);
    let year = jiff::Timestamp::now().to_string()[..4].to_owned();
    let log = fs_err::read_to_string(old.path().join("content")).unwrap().replace(&format!("\"{year}-"), "\"2020-");
    let reader = wall.reader().await;
    wall.append(&["before"]);
    reader.shows(&["before"]).await;
    // As a restoration does, or somebody with a backup.
    wall.write("content.next", log);
    fs_err::rename(wall.path().join("content.next"), wall.path().join("content")).unwrap();
    reader.shows(&["0", "1"]).await;
    wall.append(&["new"]);
    reader.shows(&["0", "1", "new"]).await;
    let messages = reader.json("/api/messages").await["messages"].clone();
    let seen: Vec<bool> = messages.as_array().unwrap().iter().map(|message| message["seen"].is_string()).collect();
    assert_eq!(seen, [false, false, true], "{messages}");
    let status = reader.get("/status").await.text().await.unwrap();
    assert!(status.contains("2 messages since this task started"), "{status}");
}

#[tokio::test]
async fn messages_from_the_ends_of_time_stop_no_reader() {
    let (wall, planted) = (Wall::empty(), Wall::empty());
    let [message] = &planted.append(&["planted"])[..] else { panic!("one message") };
    let log = fs_err::read_to_string(planted.path().join("content")).unwrap();
    let written: serde_json::Value = log.lines().map(|line| serde_json::from_str(line).unwrap()).next_back().unwrap();
    let [received, at] = ["received", "at"].map(|field| written[field].as_str().unwrap());
    let reader = wall.reader().await;
    wall.append(&["before"]);
    reader.shows(&["before"]).await;
    for end in ["9999-12-30T22:00:00.999Z", "0001-01-01T00:00:00.000Z"] {
        wall.write("content.next", log.replace(received, end).replace(at, end));
        fs_err::rename(wall.path().join("content.next"), wall.path().join("content")).unwrap();
        reader.shows(&["planted"]).await;
        let shown = reader.json("/api/messages").await["messages"][0].clone();
        assert_eq!((&shown["id"], &shown["plain"]), (&json!(message.id.to_string()), &json!(false)));
        wall.append(&["still here"]);
        reader.shows(&["planted", "still here"]).await;
        assert_eq!(reader.get("/status").await.status(), 200, "{end}");
    }
}
