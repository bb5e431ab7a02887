//! The volume is full.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use reqwest::Method;
use tempfile::TempDir;
use tests::Wall;

use crate::bind_mount::unbind;
use crate::support::{post, prompt, skipped};

/// A log that was cleared long ago and to which no program appends any more.
const IN_THE_TRASH: &str = "trash/content.01JD0000000000000000000000";

#[tokio::test]
async fn a_command_for_which_the_trash_makes_no_room_does_not_empty_it() -> Result<()> {
    on_a_small_volume(trash_too_small).await
}

#[tokio::test]
async fn a_full_volume_without_trash_can_be_cleared() -> Result<()> {
    on_a_small_volume(no_trash).await
}

async fn on_a_small_volume(test: impl AsyncFnOnce(&Path) -> Result<()>) -> Result<()> {
    let directory = TempDir::with_prefix("messagewall-")?;
    let volume = directory.path().join("volume");
    fs_err::create_dir(&volume)?;
    if !mount_small(&volume)? {
        return Ok(());
    }
    let tried = test(&volume).await;
    unbind(&volume)?;
    tried
}

async fn no_trash(volume: &Path) -> Result<()> {
    let wall = Wall::builder()?.volume(volume).start().await?;
    post(&wall, "goes", None).await?.success()?;
    fill(volume)?;
    // A reader is in the middle of reading the log.
    let _open = fs_err::File::open(volume.join("content"))?;
    let cleared = prompt(wall.request(Method::DELETE)).await?;
    ensure!(cleared.status == 200, "{}: {}", cleared.status, cleared.text()?);
    post(&wall, "new", None).await?.success()?;
    ensure!(wall.get().await? == "new\n");
    Ok(())
}

async fn trash_too_small(volume: &Path) -> Result<()> {
    let wall = Wall::builder()?.volume(volume).start().await?;
    post(&wall, "stays", Some("a-key")).await?.success()?;
    let trashed = volume.join(IN_THE_TRASH);
    fs_err::create_dir_all(volume.join("trash"))?;
    fs_err::write(&trashed, "to be restored\n")?;
    fill(volume)?;
    // One block for its events, one for the new log: the old log and the trash have one each.
    let refused = prompt(wall.request(Method::DELETE).header("idempotency-key", "clear")).await?;
    ensure!(refused.status == 507, "{}: {}", refused.status, refused.text()?);
    ensure!(trashed.exists(), "a clear that was refused has emptied the trash");
    ensure!(wall.get().await? == "stays\n");
    // A message needs no more than what the trash has.
    let mut posted = 0;
    while trashed.exists() {
        posted += 1;
        post(&wall, &"x".repeat(500), None).await?.success()?;
        ensure!(posted < 20, "the volume is not full");
    }
    let refused = loop {
        let reply = post(&wall, &"x".repeat(500), None).await?;
        if !reply.status.is_success() {
            break reply;
        }
    };
    ensure!(refused.status == 507, "{}: {}", refused.status, refused.text()?);
    Ok(())
}

/// Fills the volume.
fn fill(volume: &Path) -> Result<()> {
    let mut filler = fs_err::File::create(volume.join("filler"))?;
    let full = std::io::copy(&mut std::io::repeat(b'x'), &mut filler).err().context("a file without an end")?;
    ensure!(full.kind() == std::io::ErrorKind::StorageFull, "{full}");
    Ok(())
}

/// Mounts a small file system. Returns false if that cannot be done here.
fn mount_small(target: &Path) -> Result<bool> {
    let output = Command::new("mount").args(["-t", "tmpfs", "-o", "size=512k", "tmpfs"]).arg(target).output();
    let output = output.context("mount")?;
    if !output.status.success() {
        skipped(&format!("a full volume: {}", String::from_utf8_lossy(&output.stderr).trim()));
    }
    Ok(output.status.success())
}
