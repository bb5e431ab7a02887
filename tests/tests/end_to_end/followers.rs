//! The function tells the followers of a file that it has published it, and they say whether they have it.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use support::{Process, Reply, eventually, free_address};
use tempfile::TempDir;
use tests::{Wall, binary};

/// A running `follow` with its target.
struct Follower {
    _process: Process,
    target: TempDir,
}

impl Follower {
    /// Starts a follower of the file `app` that looks by itself only every ten minutes.
    async fn start(volume: &Path, address: SocketAddr, check: &str) -> Result<Self> {
        let target = tempfile::tempdir()?;
        let mut command = Command::new(binary("follow")?);
        command.arg("--from").arg(volume.join("files/app/current")).arg("--to").arg(target.path().join("app"));
        command.args([
            "--interval",
            "10m",
            "--look-interval",
            "10m",
            "--check",
            check,
            "--listen",
            &address.to_string(),
        ]);
        let process = Process::start(command)?;
        let (http, live) = (support::client(), format!("http://{address}/live"));
        eventually("follow", async || Reply::to(http.get(&live)).await?.success()).await?;
        Ok(Self { _process: process, target })
    }

    fn content(&self) -> Option<String> {
        fs_err::read_to_string(self.target.path().join("app")).ok()
    }
}

/// Waits until the follower has this content in place.
async fn has(follower: &Follower, content: &str) -> Result<()> {
    eventually("the file", async || {
        ensure!(follower.content().as_deref() == Some(content), "{:?}", follower.content());
        Ok(())
    })
    .await
}

/// Starts a wall whose function tells the follower at this address.
async fn wall(follower: SocketAddr) -> Result<Wall> {
    Wall::builder()?.variable("FOLLOWERS", follower.to_string()).start().await
}

/// Publishes the file and returns `applied`.
async fn publish(wall: &Wall, content: &str) -> Result<Value> {
    let command = json!({"command": "publish_file", "name": "app", "content": content, "wait": "applied"});
    let answer = wall.invoke(&command).await?;
    ensure!(answer["generation"].is_u64(), "{answer}");
    Ok(answer["applied"].clone())
}

#[tokio::test]
async fn a_sender_that_waits_learns_that_the_follower_has_its_file_in_place() -> Result<()> {
    let address = free_address()?;
    let wall = wall(address).await?;
    let silent = publish(&wall, "one").await?;
    let other = &silent["others"][0];
    ensure!(silent["tasks"] == 1 && other["state"] == "silent", "the readers are not counted: {silent}");
    let follower = Follower::start(wall.volume(), address, "true").await?;
    for content in ["two", "three"] {
        let applied = publish(&wall, content).await?;
        ensure!(applied["tasks"] == 1 && applied["applied"] == 1, "{applied}");
        ensure!(follower.content().as_deref() == Some(content), "{:?}", follower.content());
    }
    let posted = wall.invoke(&json!({"command": "post", "text": "Hello", "wait": "applied"})).await?;
    ensure!(posted["applied"]["others"] == json!([]), "a follower serves no message: {posted}");
    Ok(())
}

#[tokio::test]
async fn a_follower_that_refuses_a_file_says_why_and_keeps_the_last_one() -> Result<()> {
    let address = free_address()?;
    let wall = wall(address).await?;
    publish(&wall, "good").await?;
    let follower = Follower::start(wall.volume(), address, "grep -q good {}").await?;
    publish(&wall, "good again").await?;
    let applied = publish(&wall, "bad").await?;
    let other = applied["others"][0].as_object().context("no other")?;
    ensure!(applied["applied"] == 0 && other["state"] == "rejected", "{applied}");
    ensure!(follower.content().as_deref() == Some("good again"), "{:?}", follower.content());
    Ok(())
}

#[tokio::test]
async fn a_follower_is_told_of_a_file_whose_sender_does_not_wait() -> Result<()> {
    let address = free_address()?;
    let wall = wall(address).await?;
    publish(&wall, "one").await?;
    let follower = Follower::start(wall.volume(), address, "true").await?;
    has(&follower, "one").await?;
    wall.invoke(&json!({"command": "publish_file", "name": "app", "content": "two"})).await?;
    has(&follower, "two").await
}
