//! The pictures of the history's page. `tests/screenshots` copies them to `docs/`.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use serde_json::{Value, json};
use shared_volume::time::{now, to_text};
use shared_volume::{Volume, rejected::reject};
use tempfile::TempDir;
use tests::Wall;

use crate::browser::Browser;
use crate::pictures::keep;

/// Returns the time of some minutes ago.
fn ago(minutes: u64) -> String {
    to_text(now() - Duration::from_secs(minutes * 60))
}

/// Returns the newest generations: minutes ago, cause, configuration.
fn generations() -> [(u64, Value, Value); 6] {
    let config = |posting: &str, tone: &str, text: &str, accent: &str, chars: u32| {
        json!({
            "title": "Release wall", "banner": { "text": text, "tone": tone }, "accent": accent, "posting": posting,
            "max_message_chars": chars, "keep_messages": 1000, "blocked_words": ["giveaway", "jackpot"]
        })
    };
    let (freeze, incident) = ("Freeze starts at 18:00.", "Incident 1189: read only.");
    let s3 = |event: &str| json!({ "source": "aws.s3", "document": "s3://wall/config.json", "event": event });
    let before = json!({
        "title": "Release wall", "banner": { "text": freeze, "tone": "warning" }, "accent": "#1c7ed6",
        "max_message_chars": 280, "keep_messages": 500, "blocked_words": ["giveaway", "freebie"]
    });
    let incident_cause = json!({
        "source": "messagewall", "event": "eventbridge:7f1c6a0e", "note": "Keep the wall quiet during the incident."
    });
    let back =
        json!({ "source": "direct", "event": "page:7d90b3e4", "restored": 38, "note": "Incident 1189 is over." });
    let admin = json!({ "source": "direct", "event": "page:c02f7d18", "note": "Stack traces did not fit." });
    let parameter = json!({
        "source": "aws.ssm", "document": "ssm:/messagewall/config", "version": "7", "event": "eventbridge:9b1d04c2"
    });
    let post = "Freeze starts at 18:00. Post what still has to go in.";
    [
        (4_000, s3("eventbridge:0b5d91f7"), before),
        (3_200, s3("eventbridge:e4a1902b"), config("open", "warning", freeze, "#1c7ed6", 280)),
        (1_332, incident_cause, config("closed", "danger", incident, "#1c7ed6", 280)),
        (1_289, back, config("open", "warning", freeze, "#1c7ed6", 280)),
        (174, admin, config("open", "warning", freeze, "#1c7ed6", 500)),
        (22, parameter, config("open", "warning", post, "#d9480f", 500)),
    ]
}

/// Writes 42 generations and a refused event as the function writes them.
pub(crate) fn write_history(volume: &Path) -> Result<()> {
    fs_err::create_dir_all(volume.join("history"))?;
    for generation in 1..=42_u64 {
        let title = json!({ "title": format!("Release {generation}") });
        let older =
            || (6_000 - generation, json!({ "source": "direct", "event": format!("direct:{generation:08x}") }), title);
        let newest =
            generation.checked_sub(37).and_then(|index| generations().into_iter().nth(usize::try_from(index).ok()?));
        let (minutes, cause, config) = newest.unwrap_or_else(older);
        let published =
            json!({ "generation": generation, "published_at": ago(minutes), "cause": cause, "config": config });
        let published = serde_json::to_string_pretty(&published)?;
        fs_err::write(volume.join(format!("history/{generation:010}.json")), &published)?;
        fs_err::write(volume.join("config.json"), &published)?;
    }
    let event = json!({
        "id": "51c7e0aa", "source": "aws.s3", "detail-type": "Object Created",
        "detail": { "bucket": { "name": "wall" }, "object": { "key": "config.json", "sequencer": "00617F08299329D189" } }
    });
    let wall = Volume::new(volume).wall(None);
    let message = "max_message_chars: must be 1 to 4000, is 9000 (line 6, column 24)";
    let file = volume.join(reject(&wall, &event, "config_invalid", message)?);
    // The refusal was some time ago. The name of the file stays the newest.
    let mut stored: Value = serde_json::from_slice(&fs_err::read(&file)?)?;
    stored["at"] = json!(ago(36));
    Ok(fs_err::write(file, serde_json::to_vec_pretty(&stored)?)?)
}

#[tokio::test]
async fn the_pictures_of_the_history_can_be_made() -> Result<()> {
    let directory = TempDir::with_prefix("messagewall-")?;
    let volume = directory.path().join("volume");
    write_history(&volume)?;
    let wall = Wall::builder()?.volume(&volume).admin_token("secret").start().await?;
    let good = fs_err::read_to_string(volume.join("config.json"))?;
    fs_err::write(volume.join("config.json"), good.replace("\"posting\": \"open\"", "\"posting\": opne"))?;
    let browser = Browser::open(&wall.page("/")).await?;
    browser.until_shown("#notices", "on disk has been rejected").await?;
    browser.go(&wall.page("/login?token=secret")).await?;
    browser.element("nav a[href='/history']").await?.click().await?;
    browser.until_shown("#timeline .bad", "on disk, not in force").await?;
    for (name, value) in [("banner.text", "Freeze is over. Thank you."), ("note", "4.2.1 is out")] {
        let field = browser.element(&format!("#change [name='{name}']")).await?;
        field.clear().await?;
        field.send_keys(value).await?;
    }
    browser.run("document.querySelector('#change [value=success]').click()", &[]).await?;
    browser.until_shown("#preview", "success").await?;
    browser.run("document.activeElement.blur()", &[]).await?;
    browser.devtools("Emulation.setScrollbarsHidden", &json!({ "hidden": true })).await?;
    let pictures = [
        ("history-light", "light", json!({ "width": 1280, "height": 1411, "deviceScaleFactor": 1, "mobile": false })),
        ("history-dark", "dark", json!({ "width": 1280, "height": 1411, "deviceScaleFactor": 1, "mobile": false })),
        ("history-phone", "light", json!({ "width": 375, "height": 812, "deviceScaleFactor": 1.5, "mobile": true })),
    ];
    for (name, scheme, screen) in pictures {
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        browser.devtools("Emulation.setEmulatedMedia", &media).await?;
        browser.devtools("Emulation.setDeviceMetricsOverride", &screen).await?;
        browser.run("scrollTo(0, 0)", &[]).await?;
        browser.until("nothing that moves", "return document.getAnimations().length === 0", &[]).await?;
        keep(name, &browser.picture().await?)?;
    }
    browser.no_complaints().await?;
    browser.quit().await
}
