//! The journey of the last message, and how soon messages were seen.

use serde_json::{Value, json};

use super::{between, shown, until};
use crate::wall::{PATIENCE, Wall};

#[tokio::test]
async fn the_last_message_is_on_an_axis_of_time_and_how_soon_is_counted() {
    let wall = Wall::empty();
    wall.append(&["before the reader"]);
    let reader = wall.reader().await;
    assert!(shown(&reader, "/status").await.contains("No message has come since this task started."));
    wall.append(&["one", "two", "three"]);
    let page = until(&reader, "3 messages since this task started").await;
    let total = between(&page, "The last message: ", " ms");
    assert!(total == "<1" || total.parse::<u64>().is_ok(), "{total}");
    assert!(page.contains("from request to this task’s memory."));
    let steps =
        ["invoked, got the lock", "appended, made durable", "nobody has looked yet", "opened and read", "published"];
    for step in steps {
        assert!(page.contains(step), "{step}");
    }
    let metrics = between(&page, "half in ", " ms").to_owned();
    assert!(metrics.parse::<u64>().is_ok() || metrics == "<1", "{metrics}");

    // The browser tells when it has painted the message.
    let messages = reader.json("/api/messages").await;
    let last = messages["messages"].as_array().unwrap().last().unwrap();
    let (id, seen) = (last["id"].as_str().unwrap(), last["seen"].as_str().unwrap());
    let seen: jiff::Timestamp = seen.parse().unwrap();
    let painted = format!("/status?message={id}&within=7&painted={}", seen.as_millisecond() + 5_000);
    let page = shown(&reader, &painted).await;
    assert!(page.contains("from request to screen.") && page.contains("±7") && page.contains("sent and painted"));
    let other = shown(&reader, &painted.replace(id, "01M7000000000000000000000A")).await;
    assert!(!other.contains("sent and painted"), "another message was painted");
    for (query, field) in [
        ("painted=x&within=1", "painted"),
        ("painted=1&within=-1", "within"),
        ("painted=1&within=60001", "within"),
        ("", "painted"),
    ] {
        let answer = reader.get(&format!("/status?message={id}&{query}")).await;
        assert_eq!(answer.status(), 400, "{query}");
        assert_eq!(answer.json::<Value>().await.unwrap()["field"], json!(field));
    }
}

#[tokio::test]
async fn the_course_of_how_soon_is_drawn_when_messages_have_come_at_two_times() {
    let wall = Wall::empty();
    let reader = wall.reader().await;
    let begun = std::time::Instant::now();
    // Messages come until two spans of time have some.
    let mut messages = 0;
    let page = loop {
        wall.append(&["another"]);
        messages += 1;
        let shown = if messages == 1 { "1 message since".to_owned() } else { format!("{messages} messages since") };
        let page = until(&reader, &shown).await;
        if page.contains("p99 ") {
            break page;
        }
        assert!(begun.elapsed() < PATIENCE, "{page}");
    };
    let (p50, p99) = (between(&page, "\np50 ", " ms"), between(&page, "\np99 ", " ms"));
    let number = |shown: &str| if shown == "<1" { 0 } else { shown.parse::<u64>().unwrap() };
    assert!(number(p50) <= number(p99), "{page}");
    let answer = reader.get("/status").await.text().await.unwrap();
    for line in ["p99", "p50"] {
        let path = between(&answer, &format!("<path class=\"{line}\" d=\"M"), "\"");
        assert!(path.matches(['L', 'M']).count() > 0, "{path}");
    }
}
