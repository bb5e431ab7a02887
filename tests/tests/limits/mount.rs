//! A volume that is not mounted.

use anyhow::{Result, ensure};
use reqwest::Method;
use tempfile::TempDir;
use tests::{Reply, Wall, eventually};

use crate::plant::{Plant, prepare};
use crate::support::{post, prompt, reader_names, recovered};

#[tokio::test]
async fn a_missing_volume_is_named_and_not_created() -> Result<()> {
    let directory = TempDir::with_prefix("messagewall-")?;
    let volume = directory.path().join("volume");
    let wall = Wall::builder()?.volume(&volume).start().await?;
    prepare(&wall).await?;
    let gone = Plant::make_room(directory.path(), "volume")?;
    for method in [Method::POST, Method::DELETE] {
        is_missing(&prompt(wall.request(method).body("lost?")).await?)?;
    }
    is_missing(&prompt(wall.request(Method::POST).header("idempotency-key", "a-key").body("lost?")).await?)?;
    let answer = crate::support::change_title(&wall, "lost?").await?;
    ensure!(answer["errorType"] == "volume_missing", "{answer}");
    reader_names(&wall, "volume").await?;
    ensure!(!volume.exists(), "somebody has made the volume");
    gone.remove()?;
    recovered(&wall, "a missing volume").await
}

#[tokio::test]
async fn a_plain_directory_where_a_mount_is_required_is_a_missing_volume() -> Result<()> {
    let directory = TempDir::with_prefix("messagewall-")?;
    let volume = directory.path().join("volume");
    let wall = Wall::builder()?.volume(&volume).variable("REQUIRE_MOUNT", "true").until_live().start().await?;
    is_missing(&post(&wall, "lost?", None).await?)?;
    ensure!(fs_err::read_dir(&volume)?.next().is_none(), "something was written");
    if !crate::bind_mount::bind(&volume, &volume)? {
        return Ok(());
    }
    let posted = eventually("the mount", async || post(&wall, "mounted", None).await?.success()).await;
    crate::bind_mount::unbind(&volume)?;
    posted.map(drop)
}

fn is_missing(reply: &Reply) -> Result<()> {
    let text = reply.text()?;
    ensure!(reply.status == 503 && text.starts_with("volume_missing: "), "{}: {text}", reply.status);
    ensure!(reply.header("retry-after") == "1", "nothing was written, and it does not say when to try again");
    Ok(())
}
