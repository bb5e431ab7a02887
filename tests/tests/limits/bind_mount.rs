//! A single file that is mounted over `config.json`, as with `docker run -v ./config.json:/mnt/msg/config.json`.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use tempfile::TempDir;
use tests::{Wall, eventually};

use crate::plant::prepare;
use crate::support::{change_title, post, recovered, skipped};

#[tokio::test]
async fn a_publication_that_cannot_replace_config_json_leaves_no_trace() -> Result<()> {
    let directory = TempDir::with_prefix("messagewall-")?;
    let volume = directory.path().join("volume");
    let wall = Wall::builder()?.volume(&volume).start().await?;
    prepare(&wall).await?;
    let (config, mounted) = (volume.join("config.json"), directory.path().join("one-file.json"));
    fs_err::copy(&config, &mounted)?;
    let before = history(&volume)?;
    if !bind(&mounted, &config)? {
        return Ok(());
    }
    let tried = try_to_publish(&wall, &before).await;
    unbind(&config)?;
    tried?;
    recovered(&wall, "a file mounted over config.json").await
}

async fn try_to_publish(wall: &Wall, before: &[String]) -> Result<()> {
    let refused = change_title(wall, "refused").await?;
    ensure!(refused["errorType"].as_str().is_some_and(|name| name.starts_with("volume_")), "{refused}");
    ensure!(refused["errorMessage"].as_str().is_some_and(|message| message.contains("config.json")), "{refused}");
    ensure!(history(wall.volume())? == before, "the history is {:?}", history(wall.volume())?);
    post(wall, "in spite of it", None).await?.success()?;
    eventually("the reader", async || {
        let config = wall.json("/api/config").await?;
        ensure!(config["config"]["title"] == "The good one" && config["rejected"].is_null(), "{config}");
        let changes = wall.json("/api/config/history").await?;
        ensure!(!changes.to_string().contains("refused"), "{changes}");
        Ok(())
    })
    .await
}

fn history(volume: &Path) -> Result<Vec<String>> {
    let entries = fs_err::read_dir(volume.join("history"))?;
    let mut names: Vec<String> =
        entries.map(|entry| Ok(entry?.file_name().display().to_string())).collect::<Result<_>>()?;
    names.sort_unstable();
    Ok(names)
}

/// Mounts `what` over `target`. Returns false if this machine does not allow it.
pub(crate) fn bind(what: &Path, target: &Path) -> Result<bool> {
    let output = Command::new("mount").arg("--bind").arg(what).arg(target).output().context("mount")?;
    if !output.status.success() {
        skipped(&format!("a bind mount: {}", String::from_utf8_lossy(&output.stderr).trim()));
    }
    Ok(output.status.success())
}

/// Unmounts the file.
pub(crate) fn unbind(target: &Path) -> Result<()> {
    // A lazy unmount works while a program has the file open.
    let status = Command::new("umount").arg("--lazy").arg(target).status().context("umount")?;
    ensure!(status.success(), "umount: {status}");
    Ok(())
}
