//! The function tells the readers what it has written, and they say whether they serve it.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use rustix::process::Signal;
use serde_json::{Value, json};
use support::{Reply, eventually, fact, free_address};
use tempfile::TempDir;
use tests::{Reader, Wall};

/// Starts a wall whose function also tells the readers at these addresses.
async fn wall(others: &[SocketAddr]) -> Result<Wall> {
    let readers: Vec<_> = others.iter().map(ToString::to_string).collect();
    Wall::builder()?.variable("READERS", readers.join(",")).start().await
}

/// Posts with `wait=applied` and returns `applied`.
async fn post(wall: &Wall) -> Result<Value> {
    let request = wall.http.post(format!("{}?wait=applied", wall.function())).header("accept", "application/json");
    let reply: Value = Reply::to(request.body("Hello")).await?.success()?.json()?;
    Ok(reply["applied"].clone())
}

/// Returns the only task that does not serve the effect.
fn other(applied: &Value) -> Result<&Value> {
    match applied["others"].as_array().map(Vec::as_slice) {
        Some([other]) => Ok(other),
        _ => anyhow::bail!("not one other: {applied:#}"),
    }
}

#[tokio::test]
async fn a_client_that_waits_learns_that_all_tasks_serve_its_message() -> Result<()> {
    let wall = Wall::builder()?.variable("MESSAGEWALL_READERS", "3").start().await?;
    let mut took = Vec::new();
    for round in 0..5 {
        let applied = post(&wall).await?;
        ensure!(applied["tasks"] == 3 && applied["applied"] == 3, "round {round}: {applied:#}");
        took.push(applied["took_ms"].as_u64().context("took_ms")?);
    }
    let reply = Reply::to(wall.http.post(format!("{}?wait=applied", wall.function())).body("Text")).await?;
    let header = reply.header("x-messagewall-applied");
    ensure!(header.starts_with("applied by 3 of 3 tasks in "), "{header:?}");
    // The text is that of the blog post all the same.
    ensure!(reply.text()?.ends_with("Hello\nText\n"), "{:?}", reply.text()?);

    let change = json!({"command": "change_config", "patch": {"title": "Told"}, "wait": "applied"});
    let answer = wall.invoke(&change).await?;
    ensure!(answer["applied"]["applied"] == 3 && answer["generation"] == 1, "{answer:#}");
    let title = wall.json(&fact("/routes/reader/config")).await?;
    ensure!(title.to_string().contains("Told"), "the task serves what it said: {title:#}");
    Ok(())
}

#[tokio::test]
async fn a_wait_for_something_else_is_refused_and_nothing_is_written() -> Result<()> {
    let wall = Wall::start().await?;
    let reply = Reply::to(wall.http.post(format!("{}?wait=forever", wall.function())).body("Hello")).await?;
    ensure!(reply.status == 400 && reply.text()?.starts_with("wait_invalid: wait: "), "{:?}", reply.text()?);
    let answer = wall.invoke(&json!({"command": "post", "text": "Hello", "wait": true})).await?;
    ensure!(answer["error"] == "command_invalid" && answer["field"] == "wait", "{answer:#}");
    ensure!(wall.get().await? == "No message yet.", "{}", wall.get().await?);
    Ok(())
}

#[tokio::test]
async fn a_task_that_was_killed_is_reported_as_silent_and_one_that_starts_again_as_applied() -> Result<()> {
    let address = free_address()?;
    let wall = wall(&[address]).await?;
    let second = Reader::start_told(wall.volume(), address).await?;
    ensure!(post(&wall).await?["applied"] == 2, "both");

    drop(second);
    let applied = post(&wall).await?;
    let silent = other(&applied)?;
    ensure!((applied["tasks"].clone(), applied["applied"].clone()) == (json!(2), json!(1)), "{applied:#}");
    ensure!(silent["state"] == "silent" && silent["address"] == address.to_string(), "{applied:#}");

    let _third = Reader::start_told(wall.volume(), address).await?;
    let both = eventually("the new task", async || {
        let applied = post(&wall).await?;
        ensure!(applied["applied"] == 2, "{applied:#}");
        Ok(applied)
    });
    both.await?;
    Ok(())
}

#[tokio::test]
async fn a_task_that_hangs_is_reported_and_holds_nobody_up_for_long() -> Result<()> {
    let address = free_address()?;
    let wall = wall(&[address]).await?;
    let second = Reader::start_told(wall.volume(), address).await?;
    second.process.signal(Signal::STOP)?;

    let applied = post(&wall).await?;
    let silent = other(&applied)?;
    ensure!(silent["state"] == "silent" && silent["task"].is_null(), "{applied:#}");
    let took = Duration::from_millis(applied["took_ms"].as_u64().context("took_ms")?);
    ensure!(
        took >= Duration::from_millis(support::contract()["times"]["applied_ms"].as_u64().unwrap_or(0)),
        "{took:?}"
    );
    // Whoever does not wait is not told, and not held up.
    ensure!(wall.post("Hello").await?.status == 201 || wall.get().await?.contains("Hello"), "the message is there");
    second.process.signal(Signal::CONT)?;
    Ok(())
}

#[tokio::test]
async fn a_task_that_rejects_the_configuration_says_why() -> Result<()> {
    let (address, elsewhere) = (free_address()?, TempDir::new()?);
    let wall = wall(&[address]).await?;
    fs_err::write(elsewhere.path().join("config.json"), "{broken")?;
    let second = Reader::start_told(elsewhere.path(), address).await?;
    eventually("the rejection", async || {
        let status = second.json(&fact("/routes/reader/status")).await?;
        ensure!(status.to_string().contains("config.json"), "{status:#}");
        Ok(())
    })
    .await?;
    let answer =
        wall.invoke(&json!({"command": "change_config", "patch": {"title": "New"}, "wait": "applied"})).await?;
    let rejected = other(&answer["applied"])?;
    ensure!(rejected["state"] == "rejected" && rejected["task"].is_string(), "{answer:#}");
    ensure!(rejected["reason"].as_str().is_some_and(|reason| reason.contains("config.json")), "{answer:#}");
    Ok(())
}

#[tokio::test]
async fn a_task_that_is_behind_is_asked_again_and_then_reported() -> Result<()> {
    // This reader follows another wall, and never reads what the function has written.
    let (address, elsewhere) = (free_address()?, TempDir::new()?);
    let wall = wall(&[address]).await?;
    let _second = Reader::start_told(elsewhere.path(), address).await?;
    let applied = post(&wall).await?;
    let behind = other(&applied)?;
    ensure!(behind["state"] == "behind" || behind["state"] == "silent", "{applied:#}");
    ensure!(applied["applied"] == 1, "{applied:#}");
    Ok(())
}

#[tokio::test]
async fn a_flood_of_forged_looks_changes_nothing_and_harms_nobody() -> Result<()> {
    let address = free_address()?;
    let wall = wall(&[address]).await?;
    let second = Reader::start_told(wall.volume(), address).await?;
    let look = format!("http://{address}{}", fact("/routes/internal/look"));
    let mut flood = tokio::task::JoinSet::new();
    for _ in 0..200 {
        let (http, look) = (wall.http.clone(), look.clone());
        flood.spawn(async move {
            for _ in 0..5 {
                Reply::to(http.post(&look).body("x".repeat(1000))).await?.success()?;
            }
            anyhow::Ok(())
        });
    }
    ensure!(post(&wall).await?["applied"] == 2, "a command among them");
    for ended in flood.join_all().await {
        ended?;
    }
    let page = second.json(&fact("/routes/reader/messages")).await?;
    ensure!(tests::message_texts(&page)? == ["Hello"], "{page:#}");
    let get = Reply::to(wall.http.get(&look)).await?;
    ensure!(get.status == 405, "{}", get.status);
    Ok(())
}
