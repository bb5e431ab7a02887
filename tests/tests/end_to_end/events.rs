//! The event stream sends every message once, is never silent, and ends with the reader.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use futures_util::StreamExt;
use futures_util::future::try_join_all;
use rustix::process::Signal;
use serde_json::{Value, json};
use tests::{Event, Reader, Stream, Wall, message_texts};

/// The longest time without bytes on a stream.
const LONGEST_SILENCE: Duration = Duration::from_secs(15);

/// The longest time that a reader may take to end, with any number of open streams.
const LONGEST_GOODBYE: Duration = Duration::from_secs(2);

fn text(event: &Event) -> &str {
    event.data["text"].as_str().unwrap_or_default()
}

#[tokio::test]
async fn a_message_comes_as_an_event_with_its_fragment() -> Result<()> {
    let wall = Wall::start().await?;
    let mut events = wall.events().await?;
    wall.invoke(&json!({ "command": "post", "author": "ann", "text": "Hello" })).await?;
    let event = events.next_named("message").await?;
    for (field, expected) in [("text", "Hello"), ("author", "ann")] {
        assert_eq!(event.data[field], expected, "{field} of {}", event.data);
    }
    for field in ["id", "received", "at", "seen"] {
        assert!(event.data[field].is_string(), "{field} of {}", event.data);
    }
    assert!(event.data["html"].as_str().is_some_and(|html| html.contains("Hello")), "{}", event.data);
    assert!(event.id.contains('-'), "the id is no cursor: {}", event.id);
    Ok(())
}

#[tokio::test]
async fn a_clear_comes_as_a_new_wall() -> Result<()> {
    let wall = Wall::start().await?;
    wall.post_all(&["one", "two"]).await?;
    let mut events = wall.events().await?;
    wall.delete().await?;
    let is_empty = |data: &Value| message_texts(data).is_ok_and(|texts| texts.is_empty());
    events.until("an empty wall", |event| event.name == "wall" && is_empty(&event.data)).await?;
    wall.post("three").await?.success()?;
    assert_eq!(text(&events.next_named("message").await?), "three");
    Ok(())
}

#[tokio::test]
async fn reconnecting_replays_exactly_the_missed_messages() -> Result<()> {
    let wall = Wall::start().await?;
    let mut events = wall.events().await?;
    wall.post_all(&["one", "two", "three"]).await?;
    let mut seen = Vec::new();
    while seen.len() < 3 {
        seen.push(events.next_named("message").await?);
    }
    drop(events);
    wall.post_all(&["four", "five"]).await?;

    for (after, event) in seen.iter().enumerate() {
        let mut again = Stream::open(&wall.page("/events"), Some(&event.id)).await?;
        wall.post(format!("behind {after}")).await?.success()?;
        let mut replayed = Vec::new();
        while !replayed.contains(&format!("behind {after}")) {
            let event = again.next().await?;
            ensure!(event.name != "wall", "after {after}: the wall was sent anew instead of what was missed");
            if event.name == "message" {
                replayed.push(text(&event).to_owned());
            }
        }
        let behind = (0..=after).map(|number| format!("behind {number}"));
        let all = ["one", "two", "three", "four", "five"].map(str::to_owned).into_iter().chain(behind);
        assert_eq!(replayed, all.skip(after + 1).collect::<Vec<_>>(), "after {}", text(event));
    }
    Ok(())
}

#[tokio::test]
async fn a_restarted_reader_replays_exactly_the_missed_messages() -> Result<()> {
    let wall = Wall::start().await?;
    let mut events = wall.events().await?;
    wall.post_all(&["one", "two"]).await?;
    let one = events.next_named("message").await?;
    let reader = wall.second_reader().await?;
    let mut again = Stream::open(&reader.url("/events"), Some(&one.id)).await?;
    assert_eq!(text(&again.next_named("message").await?), "two");
    wall.post("three").await?.success()?;
    assert_eq!(text(&again.next_named("message").await?), "three");
    Ok(())
}

#[tokio::test]
async fn reconnecting_to_a_wall_that_was_cleared_starts_over() -> Result<()> {
    let wall = Wall::start().await?;
    let mut events = wall.events().await?;
    wall.post("old").await?.success()?;
    let old = events.next_named("message").await?;
    wall.delete().await?;
    events.next_named("wall").await?;
    wall.post("new").await?.success()?;
    events.until("the new one", |event| event.name == "message" && text(event) == "new").await?;
    let mut again = Stream::open(&wall.page("/events"), Some(&old.id)).await?;
    let anew = again.next_named("wall").await?;
    assert_eq!(message_texts(&anew.data)?, ["new"]);
    Ok(())
}

#[tokio::test]
async fn reconnecting_shows_a_configuration_that_was_missed() -> Result<()> {
    let wall = Wall::start().await?;
    let mut events = wall.events().await?;
    wall.post("one").await?.success()?;
    let one = events.next_named("message").await?;
    drop(events);
    wall.change_config(&json!({ "title": "Changed meanwhile" })).await?;
    let mut again = Stream::open(&wall.page("/events"), Some(&one.id)).await?;
    again
        .until("the title", |event| event.name == "config" && event.data["config"]["title"] == "Changed meanwhile")
        .await?;
    Ok(())
}

#[tokio::test]
async fn an_id_that_is_no_cursor_starts_over() -> Result<()> {
    let wall = Wall::start().await?;
    wall.post("one").await?.success()?;
    let mut events = Stream::open(&wall.page("/events"), Some("no cursor")).await?;
    let anew = events.until("the wall", |event| event.name == "wall" && event.data.to_string().contains("one")).await?;
    assert_eq!(message_texts(&anew.data)?, ["one"]);
    Ok(())
}

/// The requirement is an absolute time, so the test measures an absolute time.
#[tokio::test]
async fn a_stream_is_never_silent_for_more_than_15_seconds() -> Result<()> {
    let directory = tempfile::TempDir::new()?;
    let reader = Reader::start(directory.path()).await?;
    let mut bytes = reqwest::get(reader.url("/events")).await?.bytes_stream();
    let mut received = Vec::new();
    // The second beat shows that beats repeat.
    while beats(&received) < 2 {
        // One tenth more, because the machine may be busy.
        let chunk = tokio::time::timeout(LONGEST_SILENCE.mul_f64(1.1), bytes.next()).await;
        let chunk = chunk.with_context(|| format!("silent; so far {}", String::from_utf8_lossy(&received)))?;
        received.extend_from_slice(&chunk.context("the stream ended")??);
    }
    Ok(())
}

/// Counts the events that scripts of a page can hear.
fn beats(stream: &[u8]) -> usize {
    String::from_utf8_lossy(stream).matches("event: beat\ndata: {}\n\n").count()
}

/// The requirement is an absolute time, so the test measures an absolute time.
#[tokio::test]
async fn with_200_open_streams_sigterm_ends_the_reader_in_2_seconds() -> Result<()> {
    let directory = tempfile::TempDir::new()?;
    let mut reader = Reader::start(directory.path()).await?;
    let mut streams = try_join_all((0..200).map(|_| reader.events())).await?;
    let sent = Instant::now();
    reader.process.signal(Signal::TERM)?;
    let status = reader.process.ended().await?;
    let took = sent.elapsed();
    assert!(status.success(), "{status}");
    assert!(took < LONGEST_GOODBYE, "it took {took:?}");
    for stream in &mut streams {
        stream.ended().await?;
    }
    Ok(())
}
