//! `GET /events`: the wall as a stream.

use serde_json::{Value, json};

use crate::wall::{Wall, texts};

const MESSAGES: [&str; 2] = ["message", "wall"];

#[tokio::test]
async fn a_message_is_sent_as_soon_as_it_is_on_the_volume() {
    let wall = Wall::empty();
    wall.append(&["old"]);
    let reader = wall.reader().await;
    let mut events = reader.follow("/events", None).await;
    let (event, newest) = events.next(&MESSAGES).await;
    assert_eq!((event.event.as_str(), texts(&newest)), ("wall", vec!["old".to_owned()]));
    assert_eq!(json!(event.id), newest["cursor"]);

    wall.append(&["<new>"]);
    let (event, message) = events.next(&MESSAGES).await;
    assert_eq!((event.event.as_str(), &message["text"]), ("message", &json!("<new>")));
    assert_eq!(json!(event.id), message["cursor"]);
    assert!(message["sent"].is_string() && message["seen"].is_string());
    let html = message["html"].as_str().unwrap();
    assert!(html.contains("&lt;new&gt;") || html.contains("&#60;new&#62;"), "{html}");
}

#[tokio::test]
async fn a_client_that_reconnects_gets_exactly_the_missed_messages() {
    let wall = Wall::empty();
    wall.append(&["0"]);
    let reader = wall.reader().await;
    let mut events = reader.follow("/events", None).await;
    events.next(&MESSAGES).await;
    let (mut last, mut received) = (String::new(), Vec::new());
    // In each round the client loses its stream after half of the new messages, and more are written before it reconnects.
    for round in 0..5 {
        let written: Vec<_> = (0..6).map(|n| format!("{round}.{n}")).collect();
        wall.append(&written.iter().map(String::as_str).collect::<Vec<_>>());
        for _ in 0..if round == 4 { 18 } else { 3 } {
            let (event, message) = events.next(&MESSAGES).await;
            assert_eq!(event.event, "message");
            received.push(message["text"].as_str().unwrap().to_owned());
            last = event.id;
        }
        events = reader.follow("/events", Some(&last)).await;
    }
    let all: Vec<_> = (0..5).flat_map(|round| (0..6).map(move |n| format!("{round}.{n}"))).collect();
    assert_eq!(received, all);
}

#[tokio::test]
async fn a_page_that_was_rendered_at_a_cursor_misses_nothing_before_it_connects() {
    let wall = Wall::empty();
    wall.append(&["on the page"]);
    let reader = wall.reader().await;
    let cursor = reader.json("/api/messages").await["cursor"].as_str().unwrap().to_owned();
    wall.append(&["meanwhile"]);
    reader.shows(&["on the page", "meanwhile"]).await;
    let mut events = reader.follow(&format!("/events?after={cursor}"), None).await;
    let (_, message) = events.next(&MESSAGES).await;
    assert_eq!(message["text"], json!("meanwhile"));
}

#[tokio::test]
async fn a_page_of_an_empty_volume_gets_the_first_message() {
    let wall = Wall::empty();
    let reader = wall.reader().await;
    let cursor = reader.json("/api/messages").await["cursor"].as_str().unwrap().to_owned();
    let mut events = reader.follow(&format!("/events?after={cursor}"), None).await;
    wall.append(&["first"]);
    let (event, message) = events.next(&MESSAGES).await;
    assert_eq!((event.event.as_str(), &message["text"]), ("message", &json!("first")));
}

/// Expects a client with the cursor `last` to start over.
async fn check_starts_over(last: impl Fn(&Wall) -> String) {
    let wall = Wall::empty();
    wall.append(&["a", "b"]);
    let reader = wall.reader().await;
    let last = last(&wall);
    wall.append(&["c"]);
    reader.eventually("/api/messages", |answer| texts(answer).last().is_some_and(|last| last == "c")).await;
    let mut events = reader.follow("/events", Some(&last)).await;
    let (event, newest) = events.next(&MESSAGES).await;
    assert_eq!(event.event, "wall");
    assert_eq!(texts(&newest), reader.texts().await);
    assert!(newest["html"].is_string());
}

fn cursor_at(wall: &Wall, position: u64) -> String {
    let end = shared_volume::wall::newest(&wall.dir(), 1).unwrap().cursor;
    format!("{}-{position}", end.wall)
}

#[tokio::test]
async fn a_cursor_of_a_wall_that_was_cleared_starts_over() {
    check_starts_over(|wall| {
        let end = shared_volume::wall::newest(&wall.dir(), 1).unwrap().cursor.to_string();
        wall.clear();
        end
    })
    .await;
}

#[tokio::test]
async fn a_cursor_after_the_end_or_within_a_message_or_invalid_starts_over() {
    check_starts_over(|wall| cursor_at(wall, 1_000_000)).await;
    check_starts_over(|wall| cursor_at(wall, 1)).await;
    check_starts_over(|_| "nonsense".to_owned()).await;
}

#[tokio::test]
async fn a_cursor_before_the_kept_messages_starts_over() {
    check_starts_over(|wall| {
        wall.configure(json!({ "keep_messages": 1 }));
        cursor_at(wall, 0)
    })
    .await;
}

#[tokio::test]
async fn a_client_that_is_far_behind_skips_ahead() {
    let wall = Wall::empty();
    wall.configure(json!({ "keep_messages": 10_000 }));
    wall.append(&["seen"]);
    let reader = wall.reader().await;
    let seen = reader.json("/api/messages").await["cursor"].as_str().unwrap().to_owned();
    let many: Vec<_> = (0..1500).map(|n| n.to_string()).collect();
    wall.append(&many.iter().map(String::as_str).collect::<Vec<_>>());
    // An open stream may send the first ones before the reader has read the last ones.
    reader.eventually("/api/status", |status| status["messages"] == json!(1501)).await;
    let mut events = reader.follow("/events", Some(&seen)).await;
    let (event, newest) = events.next(&MESSAGES).await;
    assert_eq!(event.event, "wall");
    assert_eq!(texts(&newest), many[1400..]);
    assert!(newest["older"].is_string());
}

#[tokio::test]
async fn an_open_stream_starts_over_when_the_wall_is_cleared() {
    let wall = Wall::empty();
    wall.write("content", "one\ntwo\n");
    let reader = wall.reader().await;
    let mut events = reader.follow("/events", None).await;
    events.next(&MESSAGES).await;
    wall.clear();
    let (event, newest) = events.next(&MESSAGES).await;
    assert_eq!((event.event.as_str(), texts(&newest).len()), ("wall", 0));
}

#[tokio::test]
async fn a_compaction_sends_no_event() {
    let wall = Wall::empty();
    wall.configure(json!({ "keep_messages": 2 }));
    wall.append(&["0"]);
    let reader = wall.reader().await;
    let mut events = reader.follow("/events", None).await;
    events.next(&MESSAGES).await;
    // A few messages later the log is compacted, again and again.
    for n in 1..20 {
        wall.append(&[&n.to_string()]);
        let (event, message) = events.next(&MESSAGES).await;
        assert_eq!((event.event.as_str(), &message["text"]), ("message", &json!(n.to_string())));
    }
}

#[tokio::test]
async fn a_configuration_is_sent_without_an_id_so_that_the_cursor_is_kept() {
    let wall = Wall::empty();
    let reader = wall.reader().await;
    let mut events = reader.follow("/events", None).await;
    let (_, config) = events.next(&["config"]).await;
    assert_eq!(config["generation"], json!(0));
    wall.configure(json!({ "title": "Live", "accent": "#123456" }));
    let (_, config) = events.next(&["config"]).await;
    assert_eq!((&config["config"]["title"], &config["rejected"]), (&json!("Live"), &Value::Null));
    assert!(config["html"].is_string());
    wall.write("config.json", "{");
    let (_, config) = events.next(&["config"]).await;
    assert!(config["rejected"]["reason"].is_string());
    assert_eq!(config["config"]["title"], json!("Live"));

    let raw = raw_until(&reader.url("/events"), "event: status").await;
    let ids = raw.split("\n\n").filter(|event| event.lines().any(|line| line.starts_with("id:")));
    assert!(ids.into_iter().all(|event| event.contains("event: wall") || event.contains("event: message")), "{raw}");
    assert!(raw.starts_with("retry:"), "{raw}");
}

async fn raw_until(url: &str, end: &str) -> String {
    let mut response = reqwest::get(url).await.unwrap();
    let mut raw = String::new();
    while !raw.contains(end) {
        raw.push_str(std::str::from_utf8(&response.chunk().await.unwrap().unwrap()).unwrap());
    }
    raw
}

#[tokio::test]
async fn the_status_contains_the_number_of_streams() {
    let wall = Wall::empty();
    let reader = wall.reader().await;
    let mut first = reader.follow("/events", None).await;
    first.next(&["status"]).await;
    let second = reader.follow("/events", None).await;
    while first.next(&["status"]).await.1["streams"] != json!(2) {}
    drop(second);
    while first.next(&["status"]).await.1["streams"] != json!(1) {}
}
