//! Server-sent events.

use std::fmt::Display;
use std::io::Read;

use anyhow::{Context, Result, anyhow};
use eventsource_stream::Eventsource;
use futures_util::{Stream, StreamExt};
use serde_json::Value;

/// The size of one read from a blocking body, in bytes.
const CHUNK: usize = 8 * 1024;

/// An event of the reader's stream.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// The kind of event, such as `message`.
    pub name: String,
    /// The cursor after the event.
    pub id: String,
    /// The content of the event.
    pub data: Value,
}

/// Reads events from the body of a response. The iterator blocks until the next event is complete.
pub fn read_events(body: impl Read + 'static) -> impl Iterator<Item = Result<Event>> {
    let chunks = futures_util::stream::iter(chunks(body));
    futures_executor::block_on_stream(Box::pin(events(chunks)))
}

/// Reads events from the chunks of a body. Beats are left out, as comments are.
pub(crate) fn events<B, E>(chunks: impl Stream<Item = Result<B, E>>) -> impl Stream<Item = Result<Event>>
where
    B: AsRef<[u8]>,
    E: Display,
{
    let is_news = |event: &Result<Event>| std::future::ready(event.as_ref().map_or(true, |event| event.name != "beat"));
    let events = chunks.eventsource().map(|event| {
        let event = event.map_err(|error| anyhow!("{error}"))?;
        let data = serde_json::from_str(&event.data).with_context(|| format!("not JSON: {}", event.data))?;
        Ok(Event { name: event.event, id: event.id, data })
    });
    events.filter(is_news)
}

fn chunks(mut body: impl Read) -> impl Iterator<Item = std::io::Result<Vec<u8>>> {
    std::iter::from_fn(move || {
        let mut chunk = vec![0; CHUNK];
        match body.read(&mut chunk) {
            Ok(0) => None,
            Ok(length) => {
                chunk.truncate(length);
                Some(Ok(chunk))
            }
            Err(error) => Some(Err(error)),
        }
    })
}

#[test]
fn events_are_read_from_a_blocking_body() {
    let body = "retry: 1000\n: comment\n\nevent: beat\ndata: {}\n\nevent: message\nid: 1\ndata: {\"text\":\ndata: \"a\"}\n\nevent: config\ndata: 7\n\n";
    let events: Vec<_> = read_events(body.as_bytes()).map(Result::unwrap).collect();
    let event = |name: &str, id: &str, data| Event { name: name.to_owned(), id: id.to_owned(), data };
    let message = event("message", "1", serde_json::json!({ "text": "a" }));
    assert_eq!(events, [message, event("config", "1", serde_json::json!(7))]);
}
