//! A browser's end of the event stream.

use std::fmt;
use std::pin::Pin;

use anyhow::{Context, Result, bail};
use eventsource_stream::Eventsource;
use futures_util::{Stream as _, StreamExt};
use serde_json::Value;

use crate::patience::patience;
use crate::reply::Reply;

/// An open event stream.
pub struct Stream {
    events: Pin<Box<dyn futures_util::Stream<Item = Result<Event>> + Send>>,
}

/// An event of the stream.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Such as `message`.
    pub name: String,
    /// The cursor behind it.
    pub id: String,
    /// What it says.
    pub data: Value,
}

impl Stream {
    /// Opens the stream at `url` as a browser does that has seen nothing, and passes over what it begins with: the
    /// wall as it is.
    ///
    /// # Errors
    /// When it does not begin so.
    pub async fn follow(url: &str) -> Result<Self> {
        let mut stream = Self::open(url, None).await?;
        stream.next_named("wall").await?;
        Ok(stream)
    }

    /// Opens the stream at `url`, after `last_event_id` if there is one.
    ///
    /// # Errors
    /// When it does not open.
    pub async fn open(url: &str, last_event_id: Option<&str>) -> Result<Self> {
        // A client of its own is a connection of its own, as each browser has.
        let mut request = reqwest::Client::new().get(url).header("accept", "text/event-stream");
        if let Some(id) = last_event_id {
            request = request.header("last-event-id", id);
        }
        let response = request.send().await?;
        if !response.status().is_success() {
            let status = response.status();
            let reply = Reply { status, headers: response.headers().clone(), body: response.bytes().await?.to_vec() };
            bail!("{status}: {}", reply.text()?);
        }
        let events = response.bytes_stream().eventsource().map(|event| {
            let event = event?;
            let data = serde_json::from_str(&event.data).with_context(|| format!("not JSON: {}", event.data))?;
            Ok(Event { name: event.event, id: event.id, data })
        });
        Ok(Self { events: Box::pin(events) })
    }

    /// The next event.
    ///
    /// # Errors
    /// When the stream ends, or nothing comes until patience is over.
    pub async fn next(&mut self) -> Result<Event> {
        let next = tokio::time::timeout(patience(), self.events.next()).await;
        next.context("no event came")?.context("the stream ended")?
    }

    /// The next event of this name; others are passed over.
    ///
    /// # Errors
    /// When none comes.
    pub async fn next_named(&mut self, name: &str) -> Result<Event> {
        self.until(name, |event| event.name == name).await
    }

    /// The next event that `is_it`; others are passed over.
    ///
    /// # Errors
    /// When none comes.
    pub async fn until(&mut self, what: &str, mut is_it: impl FnMut(&Event) -> bool) -> Result<Event> {
        let mut passed = Vec::new();
        loop {
            let event = self.next().await.with_context(|| format!("waited for {what}; passed {passed:?}"))?;
            if is_it(&event) {
                return Ok(event);
            }
            passed.push(event.name);
        }
    }

    /// Reads on until the server ends the stream.
    ///
    /// # Errors
    /// When it does not end until patience is over.
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
