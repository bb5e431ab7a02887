//! A lost connection that is restored.

use anyhow::Result;
use rustix::process::Signal;
use serde_json::json;
use tests::Wall;

use crate::browser::Browser;

#[tokio::test]
async fn a_lost_connection_is_shown_and_the_missed_messages_appear_after_it() -> Result<()> {
    let wall = Wall::start().await?;
    wall.post("before").await?.success()?;
    let mut reader = wall.second_reader().await?;
    let browser = Browser::open(&reader.url("/")).await?;
    browser.until_message("before").await?;

    reader.process.signal(Signal::KILL)?;
    reader.process.ended().await?;
    browser.until_shown("body", "The connection is lost").await?;
    wall.post("meanwhile").await?.success()?;
    wall.change_config(&json!({ "title": "Changed meanwhile" })).await?;
    let reader = reader.again().await?;

    browser.until_message("meanwhile").await?;
    browser.until_shown("h1", "Changed meanwhile").await?;
    browser.until("no more notice of it", "return document.querySelector('#lost').hidden", &[]).await?;
    wall.post("after").await?.success()?;
    browser.until_message("after").await?;
    assert_eq!(browser.messages().await?, json!(["after", "meanwhile", "before"]), "each once");
    browser.not_reloaded().await?;
    drop(reader);
    browser.quit().await
}
