//! `messagewall check`, which gives the same result for a document as the reader.

use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::{Reader, binary, eventually};

/// Returns valid and invalid documents, with and without the envelope.
fn documents() -> Vec<Vec<u8>> {
    let configurations = [
        json!({}),
        json!({ "title": "Ops wall", "accent": "#1c7ed6" }),
        json!({ "title": "" }),
        json!({ "title": 7 }),
        json!({ "title": null }),
        json!({ "colour": "red" }),
        json!({ "accent": "red" }),
        json!({ "banner": null }),
        json!({ "banner": { "text": "x", "tone": "warning" } }),
        json!({ "banner": { "text": "x", "tone": "loud" } }),
        json!({ "banner": { "text": "x", "tone": "info", "size": 1 } }),
        json!({ "posting": "closed" }),
        json!({ "posting": "ajar" }),
        json!({ "max_message_chars": 0 }),
        json!({ "max_message_chars": 4000 }),
        json!({ "max_message_chars": 4001 }),
        json!({ "keep_messages": 10_000 }),
        json!({ "keep_messages": 10_001 }),
        json!({ "keep_messages": 1.5 }),
        json!({ "keep_messages": -1 }),
        json!({ "blocked_words": ["spam", "ham"] }),
        json!({ "blocked_words": [""] }),
        json!({ "blocked_words": "spam" }),
        json!([]),
        json!("Ops wall"),
        Value::Null,
    ];
    let enveloped = configurations.iter().map(|config| json!({ "generation": 7, "config": config }));
    let odd = [
        json!({ "config": { "title": "no generation" } }),
        json!({ "generation": 7 }),
        json!({ "generation": 7, "config": {}, "colour": "red" }),
        json!({ "generation": -1, "config": {} }),
        json!({ "generation": 1.5, "config": {} }),
        json!({ "generation": 9_007_199_254_740_991_u64, "config": {} }),
        json!({ "generation": 9_007_199_254_740_992_u64, "config": {} }),
        json!({ "generation": 7, "published_at": "yesterday", "config": {} }),
        json!({ "generation": 7, "published_at": "2026-01-01T12:00:00Z", "config": {} }),
        json!({ "generation": 7, "cause": { "source": "hand", "note": "n" }, "config": {} }),
        json!({ "generation": 7, "cause": "hand", "config": {} }),
        json!({ "generation": 7, "applied": "nothing", "config": {} }),
    ];
    let raw: [&[u8]; 9] = [
        b"",
        b" \n",
        b"{",
        b"{}{}",
        b"{\"title\":\"a\",\"title\":\"b\"}",
        b"{\"title\":\"caf\xe9\"}",
        b"\xef\xbb\xbf{\"title\":\"with a BOM\"}",
        b"{\"title\":\"cut \\ud83d\"}",
        b"{\"title\":\"trailing\",}",
    ];
    let large = format!("{{\"title\":\"large\"{}}}", " ".repeat(256 * 1024)).into_bytes();
    let values = configurations.iter().cloned().chain(enveloped).chain(odd);
    values.map(|value| value.to_string().into_bytes()).chain(raw.map(<[u8]>::to_vec)).chain([large]).collect()
}

#[tokio::test]
async fn check_and_the_reader_agree_on_every_document() -> Result<()> {
    let directory = TempDir::with_prefix("messagewall-")?;
    let volume = directory.path().join("volume");
    fs_err::create_dir(&volume)?;
    let reader = Reader::start(&volume).await?;
    let (mut valid, mut invalid) = (0, 0);
    for (number, document) in documents().into_iter().enumerate() {
        let file = directory.path().join("document.json");
        fs_err::write(&file, &document)?;
        let shown = String::from_utf8_lossy(&document[..document.len().min(200)]).into_owned();
        let output = Command::new(binary("messagewall")?).arg("check").arg(&file).output()?;
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        // The document follows a good one.
        let marker = format!("marker {number}");
        put(&volume, json!({ "title": marker }).to_string().as_bytes())?;
        until(&reader, |config| config["config"]["title"] == marker.as_str() && config["rejected"].is_null()).await?;
        put(&volume, &document)?;
        let config =
            until(&reader, |config| config["config"]["title"] != marker.as_str() || !config["rejected"].is_null())
                .await
                .with_context(|| shown.clone())?;
        let runs = config["rejected"].is_null();
        ensure!(runs == output.status.success(), "{shown}\ncheck says: {complaint}\nthe reader says: {config}");
        if runs {
            valid += 1;
        } else {
            invalid += 1;
            // Both give the same reason.
            let reason = config["rejected"]["reason"].as_str().unwrap_or_default();
            let reason = reason.strip_prefix("config.json: ").unwrap_or(reason);
            ensure!(complaint.contains(reason), "{shown}\ncheck says: {complaint}\nthe reader says: {reason}");
        }
    }
    ensure!(valid >= 15 && invalid >= 30, "{valid} valid documents and {invalid} invalid ones are too few");
    Ok(())
}

#[tokio::test]
async fn the_configuration_that_a_writer_has_published_is_valid_for_check() -> Result<()> {
    let wall = tests::Wall::start().await?;
    wall.change_config(&json!({ "title": "Published", "blocked_words": ["spam"] })).await?;
    let file = wall.volume().join("config.json");
    let output = Command::new(binary("messagewall")?).arg("check").arg(&file).output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(())
}

fn put(volume: &std::path::Path, document: &[u8]) -> Result<()> {
    let new = volume.with_extension("new");
    fs_err::write(&new, document)?;
    Ok(fs_err::rename(new, volume.join("config.json"))?)
}

async fn until(reader: &Reader, is_it: impl Fn(&Value) -> bool) -> Result<Value> {
    eventually("the reader's verdict", async || {
        let config = reader.json("/api/config").await?;
        ensure!(is_it(&config), "{config}");
        Ok(config)
    })
    .await
}
