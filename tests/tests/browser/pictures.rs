//! The pictures of the README. `tests/screenshots` copies them to `docs/`.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Result, ensure};
use serde_json::json;
use shared_volume::message::Message;
use shared_volume::time::now;
use tempfile::TempDir;
use tests::{Reply, Stream, Wall, target_directory};

use crate::browser::Browser;

/// The maximum size of a picture, in bytes. The pictures are part of the repository.
const LARGEST: usize = 250_000;

/// The messages at the start: id, age in minutes, author, text.
const EARLIER: [(&str, u64, Option<&str>, &str); 4] = [
    ("01KAS00000000000000000000A", 1_500, Some("Renée Zhāng"), "The new certificate is in, the old one goes tonight."),
    (
        "01KAS00000000000000000000B",
        83,
        None,
        "deploy 4.2.0 finished\neu-west, us-east: ok\nap-south: skipped, in maintenance",
    ),
    (
        "01KAS00000000000000000000C",
        14,
        Some("moritz"),
        "Who owns the certificate for the old hostname? It expires on Friday and I would rather not find out on Saturday.",
    ),
    (
        "01KAS00000000000000000000D",
        3,
        Some("ann"),
        "Numbers from the load test:\np50 12 ms, p99 31 ms, nothing lost in 40 000 posts.\nhttps://example.com/runs/1189",
    ),
];

#[tokio::test]
async fn the_pictures_of_the_readme_can_be_made() -> Result<()> {
    let directory = TempDir::with_prefix("messagewall-")?;
    let volume = directory.path().join("volume");
    write_earlier_messages(&volume)?;
    let wall = Wall::builder()?.volume(&volume).start().await?;
    let others = [wall.events().await?, wall.events().await?, wall.events().await?];
    let browser = Browser::open(&wall.page("/")).await?;
    let pictures = [
        ("wall-light", "light", json!({ "width": 1280, "height": 900, "deviceScaleFactor": 1, "mobile": false })),
        ("wall-dark", "dark", json!({ "width": 1280, "height": 900, "deviceScaleFactor": 1, "mobile": false })),
        ("wall-phone", "light", json!({ "width": 390, "height": 844, "deviceScaleFactor": 1.5, "mobile": true })),
    ];

    live_through_a_minute(&wall, &volume, &browser).await?;
    browser.until_shown("#connection", "live").await?;
    browser.until("a journey", "return Boolean(document.querySelector('#list > li .hops .you'))", &[]).await?;
    browser.run("document.querySelector('#list .journey').open = true", &[]).await?;
    browser.until_shown("#here", &format!("{} here", others.len() + 1)).await?;
    browser.devtools("Emulation.setScrollbarsHidden", &json!({ "hidden": true })).await?;
    for (name, scheme, screen) in pictures {
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        browser.devtools("Emulation.setEmulatedMedia", &media).await?;
        browser.devtools("Emulation.setDeviceMetricsOverride", &screen).await?;
        let still = "return document.getAnimations().length === 0";
        browser.until("nothing that moves", still, &[]).await?;
        keep(name, &browser.picture().await?)?;
    }
    browser.no_complaints().await?;
    drop::<[Stream; 3]>(others);
    browser.quit().await
}

/// Writes the log as the function writes it.
fn write_earlier_messages(volume: &Path) -> Result<()> {
    fs_err::create_dir(volume)?;
    let mut log = fs_err::File::create(volume.join("content"))?;
    writeln!(log, r#"{{"wall":"01KAS000000000000000000000","start":0}}"#)?;
    for (id, minutes, author, text) in EARLIER {
        let at = now() - Duration::from_secs(minutes * 60);
        let (author, text) = (author.map(str::to_owned), text.to_owned());
        let message = Message { id: id.parse()?, received: at, at, author, text, picture: None, event: None };
        writeln!(log, "{}", serde_json::to_string(&message)?)?;
    }
    Ok(())
}

/// Posts a plain line, an event and a message from the page, and types one more.
async fn live_through_a_minute(wall: &Wall, volume: &Path, browser: &Browser) -> Result<()> {
    let mut log = fs_err::OpenOptions::new().append(true).open(volume.join("content"))?;
    writeln!(log, "nightly import finished: 1 204 551 rows")?;
    browser.until_message("nightly import finished: 1 204 551 rows").await?;

    let banner = json!({ "text": "Freeze starts at 18:00. Post what still has to go in.", "tone": "warning" });
    wall.change_config(&json!({ "title": "Release wall", "banner": banner })).await?;
    browser.until_shown("#list", "configuration 1").await?;
    browser.until_shown("#figure-generation", "1").await?;

    let canary = json!({ "author": "bahadır k.", "text": "Canary is green on all three tasks. Promoting." });
    Reply::to(wall.http.post(wall.page("/api/messages")).json(&canary)).await?.success()?;
    browser.until_message("Canary is green on all three tasks. Promoting.").await?;

    browser.element("#author").await?.send_keys("ann").await?;
    browser.element("#text").await?.send_keys("Rolled back to 4.2.1 in eu-west, error rate is flat again.").await?;
    browser.until_shown("#counter", "58 / 500").await?;
    // A blinking caret would make each picture different.
    browser.run("document.activeElement.blur()", &[]).await?;
    Ok(())
}

/// Saves a picture in the target directory.
pub(crate) fn keep(name: &str, png: &[u8]) -> Result<()> {
    keep_up_to(LARGEST, name, png)
}

/// Saves a picture of at most this number of bytes in the target directory.
pub(crate) fn keep_up_to(largest: usize, name: &str, png: &[u8]) -> Result<()> {
    ensure!(png.starts_with(b"\x89PNG"), "{name} is no picture");
    ensure!(png.len() < largest, "{name} has {} bytes", png.len());
    let directory: PathBuf = target_directory()?.join("screenshots");
    fs_err::create_dir_all(&directory)?;
    Ok(fs_err::write(directory.join(name).with_extension("png"), png)?)
}
