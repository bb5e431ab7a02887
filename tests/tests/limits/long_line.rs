//! Files that consist of one line of 1 GiB.

use anyhow::{Context, Result, ensure};
use reqwest::Method;
use tempfile::TempDir;
use tests::Wall;

use crate::plant::{Plant, SEGMENT, line_of_1_gib, prepare};
use crate::support::{change_title, post, prompt, recovered, rejects, shows};

#[tokio::test]
async fn a_line_of_1_gib_hangs_nobody_wherever_it_stands() -> Result<()> {
    let directory = TempDir::with_prefix("messagewall-")?;
    let volume = directory.path().join("volume");
    let line = directory.path().join("line");
    line_of_1_gib(&line)?;
    let wall = Wall::builder()?.volume(&volume).start().await?;
    prepare(&wall).await?;
    // The log comes last, because the programs write to it.
    for name in [
        "config.json",
        "history/0000000001.json",
        "history/9007199254740991.json",
        "trash/content.01KATK5XH8Z6Z7M1T2D3E4F5G6",
        SEGMENT,
        "writer.lock",
        "content",
    ] {
        let plant = Plant::link(&volume, name, &line)?;
        check(&wall, name).await.with_context(|| format!("1 GiB at {name}"))?;
        plant.remove()?;
        recovered(&wall, &format!("1 GiB at {name}")).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_wall_starts_on_a_log_that_is_one_line_of_1_gib() -> Result<()> {
    let directory = TempDir::with_prefix("messagewall-")?;
    let volume = directory.path().join("volume");
    fs_err::create_dir(&volume)?;
    line_of_1_gib(&volume.join("content"))?;
    let wall = Wall::builder()?.volume(&volume).start().await?;
    prompt(wall.request(Method::GET)).await?.success()?;
    check(&wall, "content").await?;
    fs_err::remove_file(volume.join("content"))?;
    recovered(&wall, "1 GiB at content").await
}

async fn check(wall: &Wall, name: &str) -> Result<()> {
    let text = format!("beside {name}");
    post(wall, &text, None).await?.success()?;
    shows(wall, &text).await?;
    prompt(wall.request(Method::GET)).await?.success()?;
    match name {
        "config.json" => {
            let title = wall.json("/api/config").await?["config"]["title"].as_str().unwrap_or_default().to_owned();
            rejects(wall, "config.json: is larger than 256 KiB", &title).await
        }
        SEGMENT => {
            let answer = change_title(wall, &text).await?;
            let named = format!("{SEGMENT}: is damaged; expected what its name says; delete it to forget its events");
            ensure!(answer["errorType"] == "volume_foreign" && answer["errorMessage"] == named, "{answer}");
            Ok(())
        }
        _ => {
            let answer = change_title(wall, &text).await?;
            ensure!(answer["generation"].is_u64(), "{answer}");
            Ok(())
        }
    }
}
