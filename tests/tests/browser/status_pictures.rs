//! The pictures of the page of how everything works. `tests/screenshots` copies them to `docs/`.

use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::json;
use shared_volume::Volume;
use shared_volume::message::{Draft, Message};
use shared_volume::time::now;
use shared_volume::wall::WallWriter;
use tempfile::TempDir;
use tests::Wall;

use crate::browser::Browser;
use crate::history_pictures::write_history;
use crate::pictures::keep_up_to;

/// The maximum size of a picture, in bytes. It shows the whole page, which is three times as high as a window.
const LARGEST: usize = 500_000;

/// The triggers of the messages before the picture, and how many came by each.
const EARLIER: [(&str, usize); 6] =
    [("page", 122), ("http", 61), ("eventbridge", 18), ("sqs", 86), ("direct", 5), ("s3", 3)];

/// The number of messages that come while the reader watches.
const MEASURED: u64 = 120;

/// Writes the messages of the hours before.
fn write_log(log: &Path) -> Result<()> {
    let (mut log, mut id) = (fs_err::File::create(log)?, 0);
    for (trigger, count) in EARLIER {
        for number in 0..count {
            let (at, event) = (now() - Duration::from_secs(7_200), Some(format!("{trigger}:{number}")));
            let (author, text) = (Some("ann".to_owned()), "Canary is green on all three tasks.".to_owned());
            id += 1;
            let message =
                Message { id: format!("01M7{id:022}").parse()?, received: at, at, author, text, picture: None, event };
            writeln!(log, "{}", serde_json::to_string(&message)?)?;
        }
    }
    Ok(writeln!(log, "nightly import finished: 1 204 551 rows")?)
}

/// Writes a message as an environment does that reaches no task.
fn append(volume: &Path, text: String, event: String) -> Result<()> {
    let draft = Draft { author: Some("ann".to_owned()), text, picture: None, event: Some(event), received: now() };
    let batch =
        WallWriter::new(Volume::new(volume).wall(None)).append(&[draft], Instant::now() + Duration::from_secs(5))?;
    batch.answers.into_iter().next().context("no answer")?.map(drop).context("refused")
}

#[tokio::test]
async fn the_pictures_of_the_status_page_can_be_made() -> Result<()> {
    let directory = TempDir::with_prefix("messagewall-")?;
    let volume = directory.path().join("volume");
    write_history(&volume)?;
    write_log(&volume.join("content"))?;
    let builder = Wall::builder()?.volume(&volume).environments(4).admin_token("secret");
    let wall = builder.variable("WATCH", "nfs").variable("MESSAGEWALL_READERS", "3").start().await?;
    let browser = Browser::open(&wall.page("/")).await?;
    browser.element("nav a[href='/status']").await?.click().await?;
    browser.until_shown("#connection", "live").await?;
    let mut others = Vec::new();
    for _ in 0..6 {
        others.push(wall.events().await?);
    }
    for number in 0..MEASURED {
        append(&volume, format!("message {number}"), format!("sqs:live-{number}"))?;
        // Odd pauses, so that changes come at any moment between two looks.
        tokio::time::sleep(Duration::from_millis(31 + number * 7 % 53)).await;
    }
    browser.until_shown("#soon", &format!("{MEASURED} messages")).await?;
    let good = fs_err::read_to_string(volume.join("config.json"))?;
    fs_err::write(volume.join("config.json"), good.replace("\"posting\": \"open\"", "\"posting\": opne"))?;
    browser.until_shown("#disk mark", "opne").await?;
    append(&volume, "Rolled back to 4.2.1 in eu-west.".to_owned(), "page:last".to_owned())?;
    browser.until_shown("#soon", &format!("{} messages", MEASURED + 1)).await?;
    browser.until_shown("#last", "sent and painted").await?;
    browser.devtools("Emulation.setScrollbarsHidden", &json!({ "hidden": true })).await?;
    for (name, scheme, width, scale) in
        [("status-light", "light", 1280, 1.0), ("status-dark", "dark", 1280, 1.0), ("status-phone", "light", 375, 1.0)]
    {
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        browser.devtools("Emulation.setEmulatedMedia", &media).await?;
        let screen = |height: u64| json!({ "width": width, "height": height, "deviceScaleFactor": scale, "mobile": width < 900 });
        browser.devtools("Emulation.setDeviceMetricsOverride", &screen(800)).await?;
        let height = browser.run("return document.documentElement.scrollHeight", &[]).await?;
        browser.devtools("Emulation.setDeviceMetricsOverride", &screen(height.as_u64().unwrap_or(2_000))).await?;
        browser.run("document.activeElement.blur(); scrollTo(0, 0)", &[]).await?;
        browser.until("nothing that moves", "return document.getAnimations().length === 0", &[]).await?;
        keep_up_to(LARGEST, name, &browser.picture().await?)?;
    }
    browser.no_complaints().await?;
    browser.quit().await
}
