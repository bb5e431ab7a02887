//! The event stream of a reader, as a browser receives it.

use std::fmt;
use std::pin::Pin;

use anyhow::{Context, Result, bail};
use futures_util::{Stream as _, StreamExt};

use crate::reply::Reply;
use crate::sse::{Event, events};
use crate::wait::patience;

/// An open event stream. Dropping it closes the connection.
pub struct Stream {
    events: Pin<Box<dyn futures_util::Stream<Item = Result<Event>> + Send>>,
}

impl Stream {
    /// Opens the stream at `url` without a last event id, and skips the events up to the first `wall`.
    ///
    /// # Errors
    /// Returns an error if the stream does not open, or sends no `wall`.
    pub async fn follow(url: &str) -> Result<Self> {
        let mut stream = Self::open(url, None).await?;
        stream.next_named("wall").await?;
        Ok(stream)
    }

    /// Opens the stream at `url`, after `last_event_id` if there is one.
    ///
    /// # Errors
    /// Returns an error if the stream does not open.
    pub async fn open(url: &str, last_event_id: Option<&str>) -> Result<Self> {
        // Each browser has its own connection, and a new client makes a new one.
        let mut request = crate::client().get(url).header("accept", "text/event-stream");
        if let Some(id) = last_event_id {
            request = request.header("last-event-id", id);
        }
        let response = request.send().await?;
        if !response.status().is_success() {
            let status = response.status();
            let reply = Reply { status, headers: response.headers().clone(), body: response.bytes().await?.to_vec() };
            bail!("{status}: {}", reply.text()?);
        }
        let content_type = response.headers().get("content-type").and_then(|value| value.to_str().ok());
        if content_type != Some("text/event-stream") {
            bail!("{url} is no event stream: its content type is {content_type:?}");
        }
        Ok(Self { events: Box::pin(events(response.bytes_stream())) })
    }

    /// Returns the next event.
    ///
    /// # Errors
    /// Returns an error if the stream ends, or no event comes within [`patience`].
    pub async fn next(&mut self) -> Result<Event> {
        let next = tokio::time::timeout(patience(), self.events.next()).await;
        next.context("no event came")?.context("the stream ended")?
    }

    /// Returns the next event with this name, and skips others.
    ///
    /// # Errors
    /// Returns an error if none comes.
    pub async fn next_named(&mut self, name: &str) -> Result<Event> {
        self.until(name, |event| event.name == name).await
    }

    /// Returns the next event for which `matches` is true, and skips others.
    ///
    /// # Errors
    /// Returns an error with the skipped events if none comes.
    pub async fn until(&mut self, what: &str, mut matches: impl FnMut(&Event) -> bool) -> Result<Event> {
        let mut skipped = Vec::new();
        loop {
            let event = self.next().await.with_context(|| format!("waited for {what}; skipped {skipped:?}"))?;
            if matches(&event) {
                return Ok(event);
            }
            skipped.push(event.name);
        }
    }

    /// Reads until the server ends the stream.
    ///
    /// # Errors
    /// Returns an error if the stream does not end within [`patience`].
    pub async fn ended(&mut self) -> Result<()> {
        let drained = async { while self.events.next().await.is_some_and(|event| event.is_ok()) {} };
        tokio::time::timeout(patience(), drained).await.context("the stream did not end")
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream").field("size_hint", &self.events.size_hint()).finish()
    }
}
