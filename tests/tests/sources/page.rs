//! The configuration that an open page shows.

use anyhow::{Context, Result};
use serde_json::Value;
use tests::{Stream, Wall};

/// An open page, which follows the stream of the reader.
pub(crate) struct Page(Stream);

impl Page {
    pub(crate) async fn open(wall: &Wall) -> Result<Self> {
        Ok(Self(wall.events().await?))
    }

    /// Waits until the page shows a title, and returns the configuration event.
    pub(crate) async fn title(&mut self, title: &str) -> Result<Value> {
        let shows = |event: &tests::Event| event.name == "config" && event.data["config"]["title"] == title;
        Ok(self.0.until(title, shows).await?.data)
    }

    /// Waits until the page shows a message.
    pub(crate) async fn message(&mut self, text: &str) -> Result<Value> {
        Ok(self.0.until(text, |event| event.name == "message" && event.data["text"] == text).await?.data)
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
