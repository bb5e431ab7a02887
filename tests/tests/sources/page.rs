//! The configuration and the messages that an open page shows.

use anyhow::{Context, Result};
use serde_json::Value;
use tests::{Event, Stream, Wall};

/// An open page, which follows the stream of the reader.
pub(crate) struct Page {
    stream: Stream,
    /// The events that came while another one was awaited: a message may come before a configuration that is older.
    passed_over: Vec<Event>,
}

impl Page {
    pub(crate) async fn open(wall: &Wall) -> Result<Self> {
        Ok(Self { stream: wall.events().await?, passed_over: Vec::new() })
    }

    /// Waits until the page shows a title, and returns the configuration event.
    pub(crate) async fn title(&mut self, title: &str) -> Result<Value> {
        self.until(title, |event| event.name == "config" && event.data["config"]["title"] == title).await
    }

    /// Waits until the page shows a message.
    pub(crate) async fn message(&mut self, text: &str) -> Result<Value> {
        self.until(text, |event| event.name == "message" && event.data["text"] == text).await
    }

    async fn until(&mut self, what: &str, shows: impl Fn(&Event) -> bool) -> Result<Value> {
        if let Some(index) = self.passed_over.iter().position(&shows) {
            return Ok(self.passed_over.remove(index).data);
        }
        let passed_over = &mut self.passed_over;
        let expected = |event: &Event| {
            let is_expected = shows(event);
            if !is_expected {
                passed_over.push(event.clone());
            }
            is_expected
        };
        Ok(self.stream.until(what, expected).await?.data)
    }
}

/// Returns the generations of the history, oldest first, with their titles.
pub(crate) fn history(wall: &Wall) -> Result<Vec<(u64, String)>> {
    let mut found = Vec::new();
    for file in fs_err::read_dir(wall.volume().join("history"))? {
        let published: Value = serde_json::from_slice(&fs_err::read(file?.path())?)?;
        let generation = published["generation"].as_u64().context("a generation")?;
        found.push((generation, published["config"]["title"].as_str().unwrap_or_default().to_owned()));
    }
    found.sort_unstable();
    Ok(found)
}
