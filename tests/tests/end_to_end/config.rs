//! A bad configuration never replaces a good one.

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::{Damage, Reader, Stream, Wall, eventbridge, eventually, message_texts};

/// Starts a wall, publishes generation 1, and returns the wall with a stream that has received it.
async fn published() -> Result<(Wall, Stream)> {
    let wall = Wall::start().await?;
    let mut events = wall.events().await?;
    wall.change_config(&json!({ "title": "The good one", "posting": "closed" })).await?;
    events.until("generation 1", |event| event.name == "config" && event.data["generation"] == 1).await?;
    Ok((wall, events))
}

/// Damages `config.json`. The good configuration must stay, the reason be reported, and the next good one end the fault.
async fn check_damage(damage: Damage) -> Result<()> {
    let (what, reason) = (format!("{damage:?}"), damage.reason());
    let (wall, mut events) = published().await?;
    damage.apply(&wall.volume().join("config.json"))?;

    let event = events.until("the reason", |event| event.name == "config" && !event.data["rejected"].is_null()).await?;
    for config in [event.data, wall.json("/api/config").await?] {
        ensure!(config["generation"] == 1, "{what}: {config}");
        ensure!(config["config"]["title"] == "The good one", "{what}: {config}");
        ensure!(config["rejected"]["reason"].as_str().is_some_and(|text| text.contains(reason)), "{what}: {config}");
        ensure!(
            config["rejected"]["since"].is_string() && config["rejected"]["source"].is_string(),
            "{what}: {config}"
        );
    }
    let page = wall.http.get(wall.page("/")).send().await?.text().await?;
    ensure!(page.contains("The good one"), "{what}: the page has lost its title");
    ensure!(wall.post("Hello").await?.status == 403, "{what}: the function forgot that posting is closed");
    let status = wall.json("/api/status").await?;
    ensure!(status.to_string().contains(reason), "{what}: /api/status does not say why: {status}");

    wall.change_config(&json!({ "title": "The next one" })).await?;
    let healed = events.until("the next good one", |event| event.name == "config" && event.data["rejected"].is_null());
    let healed = healed.await?.data;
    ensure!(healed["config"]["title"] == "The next one", "{what}: {healed}");
    ensure!(healed["config"]["posting"] == "closed", "{what}: the patch was not on the last good one: {healed}");
    ensure!(healed["generation"].as_u64() > Some(1), "{what}: the generation went back: {healed}");
    Ok(())
}

#[tokio::test]
async fn a_damaged_config_keeps_the_last_good_one() -> Result<()> {
    check_damage(Damage::Cut).await
}

#[tokio::test]
async fn an_emptied_config_keeps_the_last_good_one() -> Result<()> {
    check_damage(Damage::Emptied).await
}

#[tokio::test]
async fn a_deleted_config_keeps_the_last_good_one() -> Result<()> {
    check_damage(Damage::Deleted).await
}

#[tokio::test]
async fn an_invalid_config_keeps_the_last_good_one_and_names_the_field() -> Result<()> {
    check_damage(Damage::UnknownTone).await
}

#[tokio::test]
async fn a_config_edited_by_hand_is_read_like_any_other() -> Result<()> {
    let (wall, mut events) = published().await?;
    let path = wall.volume().join("config.json");
    let mut document: Value = serde_json::from_str(&fs_err::read_to_string(&path)?)?;
    document["config"]["title"] = json!("By hand");
    fs_err::write(&path, document.to_string())?;
    events.until("the title", |event| event.name == "config" && event.data["config"]["title"] == "By hand").await?;
    Ok(())
}

#[tokio::test]
async fn a_good_config_by_hand_heals_a_bad_one() -> Result<()> {
    let (wall, mut events) = published().await?;
    let path = wall.volume().join("config.json");
    let good = fs_err::read(&path)?;
    fs_err::write(&path, r#"{"titel":"a typo"}"#)?;
    events.until("the reason", |event| event.name == "config" && !event.data["rejected"].is_null()).await?;
    fs_err::write(&path, good)?;
    let healed = events.until("the cure", |event| event.name == "config" && event.data["rejected"].is_null()).await?;
    assert_eq!(healed.data["config"]["title"], "The good one");
    Ok(())
}

#[tokio::test]
async fn a_rollback_becomes_a_new_generation() -> Result<()> {
    let (wall, mut events) = published().await?;
    wall.change_config(&json!({ "title": "A mistake" })).await?;
    wall.invoke(&eventbridge("Config Rollback Requested", &json!({ "generation": 1 }))).await?;
    let event = events.until("generation 3", |event| event.name == "config" && event.data["generation"] == 3).await?;
    assert_eq!(event.data["config"]["title"], "The good one");
    Ok(())
}

#[tokio::test]
async fn a_change_for_another_generation_is_refused() -> Result<()> {
    let (wall, _events) = published().await?;
    let stale = json!({ "command": "change_config", "patch": { "title": "Too late" }, "expected_generation": 0 });
    let answer = wall.invoke(&stale).await?;
    assert_eq!(answer["status"], 409, "{answer}");
    assert_eq!(wall.json("/api/config").await?["config"]["title"], "The good one");
    Ok(())
}

#[tokio::test]
async fn a_change_that_is_delivered_twice_is_one_change() -> Result<()> {
    let (wall, _events) = published().await?;
    let event = eventbridge("Config Change Requested", &json!({ "patch": { "title": "Once" } }));
    for _ in 0..2 {
        wall.invoke(&event).await?;
    }
    let published: Value = serde_json::from_str(&fs_err::read_to_string(wall.volume().join("config.json"))?)?;
    assert_eq!(published["generation"], 2, "{published}");
    Ok(())
}

#[tokio::test]
async fn a_reader_on_an_empty_directory_serves_an_empty_wall() -> Result<()> {
    let directory = TempDir::new()?;
    let reader = Reader::start(directory.path()).await?;
    serves_an_empty_wall(&reader).await?;
    comes_alive(&reader, directory.path()).await
}

#[tokio::test]
async fn a_reader_waits_for_a_directory_that_is_missing() -> Result<()> {
    let directory = TempDir::new()?;
    let volume = directory.path().join("not").join("yet");
    let reader = Reader::start(&volume).await?;
    serves_an_empty_wall(&reader).await?;
    comes_alive(&reader, &volume).await
}

async fn serves_an_empty_wall(reader: &Reader) -> Result<()> {
    assert!(message_texts(&reader.json("/api/messages").await?)?.is_empty());
    let config = reader.json("/api/config").await?;
    assert_eq!(config["generation"], 0, "{config}");
    assert!(config["rejected"].is_null(), "{config}");
    assert!(reader.get("/").await?.success()?.text()?.contains("MessageWall"));
    Ok(())
}

/// Waits until the reader sees a volume that a function has created.
async fn comes_alive(reader: &Reader, volume: &std::path::Path) -> Result<()> {
    let wall = Wall::builder()?.volume(volume).start().await?;
    wall.post("Hello").await?.success()?;
    eventually("the first message at the reader that waited", async || {
        let texts = message_texts(&reader.json("/api/messages").await?)?;
        ensure!(texts == ["Hello"], "it has {texts:?}");
        Ok(())
    })
    .await?;
    eventually("readiness", async || reader.get("/ready").await?.success()).await?;
    Ok(())
}
