//! Foreign files in place of the files and directories of the volume. No program hangs, the file is named, and everything
//! works again after it is removed.

mod files;

use anyhow::{Context, Result, ensure};
use reqwest::Method;
use serde_json::json;
use tempfile::TempDir;
use tests::{Wall, eventually};

use crate::plant::{ALL, Kind, Plant, SEGMENT, prepare};
use crate::support::{change_title, post, prompt, reader_names, recovered, refused, rejects, shows, skipped};

/// Plants each kind at `name`: first while everything runs, then before everything starts.
async fn plant_all(name: &str, check: impl AsyncFn(&Wall, Kind, bool) -> Result<()>) -> Result<()> {
    let directory = TempDir::with_prefix("messagewall-")?;
    let volume = directory.path().join("volume");
    // With one environment the state of its caches is known.
    let start = async || Wall::builder()?.volume(&volume).environments(1).until_live().start().await;
    let wall = start().await?;
    prepare(&wall).await?;
    recovered(&wall, "the beginning").await?;
    for kind in ALL {
        let Some(plant) = Plant::put(&volume, name, kind)? else { continue };
        check(&wall, kind, false).await.with_context(|| format!("{kind:?} at {name} while it runs"))?;
        plant.remove()?;
        recovered(&wall, &format!("{kind:?} at {name}")).await?;
    }
    drop(wall);
    for kind in ALL {
        let Some(plant) = Plant::put(&volume, name, kind)? else { continue };
        let wall = start().await.with_context(|| format!("{kind:?} at {name} before the start"))?;
        check(&wall, kind, true).await.with_context(|| format!("{kind:?} at {name} before the start"))?;
        plant.remove()?;
        recovered(&wall, &format!("{kind:?} at {name} before the start")).await?;
    }
    Ok(())
}

/// Checks that posts with and without a key succeed, and that the reader shows them.
async fn posting_works(wall: &Wall) -> Result<()> {
    let text = format!("in spite of it {}", fastrand::u32(..));
    post(wall, &text, None).await?.success()?;
    shows(wall, &text).await
}

#[tokio::test]
async fn a_foreign_file_at_content_is_named_by_writer_and_reader() -> Result<()> {
    plant_all("content", async |wall, kind, _| {
        let Some(found) = kind.found() else { return posting_works(wall).await };
        let named = format!("content: is {found}; expected a regular file");
        for method in [Method::POST, Method::GET, Method::DELETE] {
            refused(method.as_str(), wall.request(method.clone()).body("lost?"), &named).await?;
        }
        reader_names(wall, &named).await
    })
    .await
}

#[tokio::test]
async fn a_foreign_file_at_config_json_is_named_and_the_configuration_stays_in_force() -> Result<()> {
    plant_all("config.json", async |wall, kind, _| {
        let named = match kind.found() {
            Some(found) => format!("config.json: is {found}; expected a regular file"),
            None => "config.json: is larger than 256 KiB; expected a document of at most 256 KiB".to_owned(),
        };
        let title = wall.json("/api/config").await?["config"]["title"].as_str().unwrap_or_default().to_owned();
        rejects(wall, &named, &title).await?;
        posting_works(wall).await?;
        if kind.found().is_some() {
            let answer = change_title(wall, "over it").await?;
            ensure!(answer.to_string().contains(&named), "publishing does not name it: {answer}");
            ensure!(answer["errorType"] == "volume_foreign", "{answer}");
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_foreign_file_at_writer_lock_is_named_by_the_writer_and_ignored_by_the_reader() -> Result<()> {
    plant_all("writer.lock", async |wall, kind, _| {
        if let Some(found) = kind.found() {
            let named = format!("writer.lock: is {found}; expected a regular file");
            refused("POST", wall.request(Method::POST).body("lost?"), &named).await?;
            prompt(wall.request(Method::GET)).await?.success()?;
        } else {
            posting_works(wall).await?;
        }
        eventually("the reader", async || {
            let status = prompt(wall.http.get(wall.page("/api/status"))).await?.json()?;
            ensure!(status["volume"]["state"] == "ok", "{status}");
            Ok(())
        })
        .await
    })
    .await
}

#[tokio::test]
async fn a_foreign_file_at_history_does_not_prevent_posts_and_is_named_by_a_publication() -> Result<()> {
    plant_all("history", async |wall, kind, _| {
        posting_works(wall).await?;
        let answer = change_title(wall, "with a history").await?;
        match kind {
            Kind::Directory => ensure!(answer["generation"].is_u64(), "{answer}"),
            _ => {
                let named = format!("history: is {}; expected a directory", kind.found().unwrap_or("a regular file"));
                ensure!(answer["errorType"] == "volume_foreign", "{answer}");
                ensure!(answer.to_string().contains(&named), "it does not name {named}: {answer}");
            }
        }
        prompt(wall.http.get(wall.page("/api/config/history"))).await?.success().map(drop)
    })
    .await
}

#[tokio::test]
async fn a_foreign_file_in_history_is_ignored() -> Result<()> {
    plant_all("history/0000000001.json", async |wall, _, _| {
        posting_works(wall).await?;
        let answer = change_title(wall, "with a hole in the history").await?;
        ensure!(answer["generation"].is_u64(), "{answer}");
        let rollback = wall.invoke(&json!({ "command": "rollback_config", "generation": 1 })).await?;
        ensure!(rollback["error"] == "generation_unknown", "{rollback}");
        let history = prompt(wall.http.get(wall.page("/api/config/history"))).await?.success()?.json()?;
        ensure!(history["history"].as_array().is_some_and(|changes| changes.len() > 1), "{history}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_foreign_file_in_place_of_the_newest_generation_is_skipped_if_config_json_is_missing() -> Result<()> {
    plant_all("history/9007199254740991.json", async |wall, _, _| {
        let config = wall.volume().join("config.json");
        let kept = fs_err::read(&config)?;
        let title = wall.json("/api/config").await?["config"]["title"].as_str().unwrap_or_default().to_owned();
        fs_err::remove_file(&config)?;
        rejects(wall, "config.json is missing", &title).await?;
        posting_works(wall).await?;
        fs_err::write(config, kept)?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_foreign_file_at_retries_is_named_when_it_is_read() -> Result<()> {
    plant_all("retries", async |wall, kind, before_start| {
        posting_works(wall).await?;
        let key = format!("key-{}", fastrand::u64(..));
        // A writer that has listed the directory remembers its content.
        if !before_start || kind == Kind::Directory {
            post(wall, "with a key", Some(&key)).await?.success()?;
            return Ok(());
        }
        let named = format!("retries: is {}; expected a directory", kind.found().unwrap_or("a regular file"));
        let request = wall.request(Method::POST).header("idempotency-key", key).body("with a key");
        refused("POST with a key", request, &named).await
    })
    .await
}

#[tokio::test]
async fn a_foreign_file_in_retries_is_named_when_it_is_read() -> Result<()> {
    plant_all(SEGMENT, async |wall, kind, before_start| {
        posting_works(wall).await?;
        if !before_start {
            return Ok(());
        }
        let named = match kind.found() {
            Some(found) => format!("{SEGMENT}: is {found}; expected a regular file"),
            None => format!("{SEGMENT}: is damaged; expected what its name says; delete it to forget its events"),
        };
        let request = wall.request(Method::POST).header("idempotency-key", "a-key").body("with a key");
        refused("POST with a key", request, &named).await
    })
    .await
}

#[tokio::test]
async fn a_foreign_file_at_trash_does_not_prevent_posts_and_is_named_by_a_clear() -> Result<()> {
    plant_all("trash", async |wall, kind, _| {
        posting_works(wall).await?;
        if kind == Kind::Directory {
            wall.delete().await?;
            return Ok(());
        }
        let named = format!("trash: is {}; expected a directory", kind.found().unwrap_or("a regular file"));
        refused("DELETE", wall.request(Method::DELETE), &named).await?;
        posting_works(wall).await
    })
    .await
}

#[tokio::test]
async fn a_foreign_file_in_trash_does_not_prevent_posts_clears_and_restorations() -> Result<()> {
    let directory = TempDir::with_prefix("messagewall-")?;
    let volume = directory.path().join("volume");
    let wall = Wall::builder()?.volume(&volume).start().await?;
    for kind in ALL {
        wall.post("to be cleared").await?.success()?;
        wall.delete().await?;
        // Writers still follow the newest log in the trash.
        let mut logs: Vec<_> = fs_err::read_dir(volume.join("trash"))?.collect::<Result<_, _>>()?;
        logs.sort_by_key(fs_err::DirEntry::file_name);
        let newest = logs.last().context("the trash is empty")?.file_name();
        let Some(plant) = Plant::put(&volume, &format!("trash/{}", newest.display()), kind)? else { continue };
        posting_works(&wall).await.with_context(|| format!("{kind:?} in the trash"))?;
        wall.delete().await?;
        posting_works(&wall).await?;
        let restored = crate::restore::messagewall_restore(&volume)?;
        ensure!(restored.contains("messages are back"), "{kind:?} in the trash: {restored}");
        plant.remove()?;
        recovered(&wall, &format!("{kind:?} in the trash")).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_foreign_file_at_rejected_is_named_and_does_not_prevent_posts() -> Result<()> {
    plant_all("rejected", async |wall, kind, _| {
        posting_works(wall).await?;
        let event = tests::eventbridge("Config Change Requested", &json!({ "patch": { "colour": "red" } }));
        let url = wall.invocations();
        let answer = prompt(wall.http.post(url).body(event.to_string())).await?.json()?;
        ensure!(answer["error"] == "config_invalid", "{answer}");
        // An event has no waiting caller, so the failure to store it is logged.
        if kind == Kind::Directory {
            return Ok(());
        }
        let found = kind.found().unwrap_or("a regular file");
        let named = format!("rejected: is {found}; expected a directory");
        let log = wall.volume().with_file_name("volume.logs").join("lambda-writer.log");
        eventually("the log", async || {
            let log = fs_err::read_to_string(&log)?;
            ensure!(log.contains(&named), "it does not say {named}");
            Ok(())
        })
        .await
    })
    .await
}

#[tokio::test]
async fn a_directory_with_the_name_of_a_temporary_file_is_ignored() -> Result<()> {
    let wall = Wall::start().await?;
    prepare(&wall).await?;
    for directory in ["", "retries", "history"] {
        fs_err::create_dir_all(wall.volume().join(directory).join(".content.01KATK5XH8Z6Z7M1T2D3E4F5G6.tmp/full"))?;
    }
    wall.delete().await?;
    recovered(&wall, "a directory among the leftovers").await
}

#[tokio::test]
async fn a_foreign_file_in_place_of_the_directory_of_a_wall_is_named() -> Result<()> {
    let directory = TempDir::with_prefix("messagewall-")?;
    let volume = directory.path().join("volume");
    let wall = Wall::builder()?.volume(&volume).start().await?;
    prepare(&wall).await?;
    for kind in ALL {
        // A link to a directory is allowed. An empty directory is an empty wall.
        if matches!(kind, Kind::Directory | Kind::DanglingLink) {
            continue;
        }
        let Some(plant) = Plant::put(directory.path(), "volume", kind)? else { continue };
        let named = match kind.found() {
            Some("a symbolic link") | None => "volume: is a regular file; expected a directory".to_owned(),
            Some(found) => format!("volume: is {found}; expected a directory"),
        };
        refused("POST", wall.request(Method::POST).body("lost?"), &named).await?;
        // The error of the system, which comes from listing the directory.
        reader_names(&wall, "volume").await?;
        plant.remove()?;
        recovered(&wall, &format!("{kind:?} instead of the volume")).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_hundred_thousand_files_in_history_slow_nothing_down() -> Result<()> {
    let directory = TempDir::with_prefix("messagewall-")?;
    let volume = directory.path().join("volume");
    let wall = Wall::builder()?.volume(&volume).start().await?;
    prepare(&wall).await?;
    for number in 1000..101_000 {
        fs_err::File::create(volume.join(format!("history/{number:010}.json")))?;
    }
    recovered(&wall, "the planting of 100,000 files").await?;
    // Without a good config.json the newest of the history is in force.
    let config = volume.join("config.json");
    let kept = fs_err::read(&config)?;
    fs_err::write(&config, "{")?;
    posting_works(&wall).await?;
    drop(wall);
    let wall = Wall::builder()?.volume(&volume).start().await?;
    posting_works(&wall).await?;
    prompt(wall.http.get(wall.page("/api/config/history"))).await?.success()?;
    fs_err::write(&config, kept)?;
    recovered(&wall, "100,000 files in the history").await
}

#[tokio::test]
async fn a_file_without_read_permission_is_named() -> Result<()> {
    let directory = TempDir::with_prefix("messagewall-")?;
    let mut builder = Wall::builder()?.volume(&directory.path().join("volume"));
    if crate::support::is_root() {
        // Root can read every file.
        std::os::unix::fs::chown(directory.path(), Some(NOBODY), Some(NOBODY))?;
        if !crate::support::may_run_as(NOBODY)? {
            skipped("a file of mode 0000: the program cannot be run by another user here");
            return Ok(());
        }
        builder = builder.user(NOBODY);
    }
    let wall = builder.environments(1).start().await?;
    prepare(&wall).await?;
    recovered(&wall, "the beginning").await?;
    crate::mode::check_mode_0000(&wall).await
}

/// A user without files.
const NOBODY: u32 = 65534;
