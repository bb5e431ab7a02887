//! File modes that forbid reading.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;

use anyhow::{Context, Result, ensure};
use reqwest::Method;
use tests::{Wall, eventually};

use crate::parts::{FUNCTION, Limit, Parts};
use crate::support::{change_title, post, prompt, recovered, rejects, shows, skipped};

/// Removes all permissions of each file in turn. The programs run as a user who needs them.
pub(crate) async fn check_mode_0000(wall: &Wall) -> Result<()> {
    for name in ["content", "config.json", "writer.lock", "history", "history/0000000001.json", "trash", "retries"] {
        let path = wall.volume().join(name);
        if !path.exists() {
            fs_err::create_dir(&path)?;
        }
        let mode = fs_err::metadata(&path)?.permissions().mode();
        fs_err::set_permissions(&path, Permissions::from_mode(0o000))?;
        check(wall, name).await.with_context(|| format!("{name} has mode 0000"))?;
        // A writer may have replaced the file.
        fs_err::set_permissions(&path, Permissions::from_mode(mode))?;
        recovered(wall, &format!("mode 0000 of {name}")).await?;
    }
    Ok(())
}

async fn check(wall: &Wall, name: &str) -> Result<()> {
    let forbidden = async |request: reqwest::RequestBuilder| {
        let reply = prompt(request).await?;
        let text = reply.text()?;
        ensure!(reply.status == 503 && text.starts_with("volume_forbidden: "), "{}: {text}", reply.status);
        ensure!(text.contains(name), "it does not name {name}: {text}");
        Ok(())
    };
    match name {
        "content" => {
            forbidden(wall.request(Method::POST).body("lost?")).await?;
            eventually("the reader's reason", async || {
                let status = wall.json("/api/status").await?;
                let reason = status["volume"]["reason"].as_str().unwrap_or_default();
                ensure!(reason.contains("content") && reason.contains("denied"), "{status}");
                Ok(())
            })
            .await
        }
        "writer.lock" => forbidden(wall.request(Method::POST).body("lost?")).await,
        "config.json" => {
            let title = wall.json("/api/config").await?["config"]["title"].as_str().unwrap_or_default().to_owned();
            rejects(wall, "config.json: may not be read (permission denied)", &title).await?;
            goes_on(wall).await
        }
        "trash" => {
            goes_on(wall).await?;
            forbidden(wall.request(Method::DELETE)).await
        }
        "history" => {
            goes_on(wall).await?;
            let answer = change_title(wall, "without a history").await?;
            ensure!(answer["errorType"] == "volume_forbidden", "{answer}");
            ensure!(answer["errorMessage"].as_str().is_some_and(|message| message.contains("history")), "{answer}");
            Ok(())
        }
        _ => goes_on(wall).await,
    }
}

async fn goes_on(wall: &Wall) -> Result<()> {
    let text = format!("in spite of it {}", fastrand::u32(..));
    post(wall, &text, None).await?.success()?;
    shows(wall, &text).await
}

#[tokio::test]
async fn a_log_that_another_program_began_under_a_umask_of_077_becomes_readable_with_the_next_post() -> Result<()> {
    let directory = tempfile::TempDir::with_prefix("messagewall-")?;
    let parts = Parts::new(directory.path())?;
    if !parts.act_as_users()? {
        skipped("a reader of another user: only root may start one");
        return Ok(());
    }
    let content = parts.volume().join("content");
    write_as(&content, FUNCTION, "by a program with a umask of 077\n")?;
    let wall = parts.start(Limit::none(), Limit::none()).await?;
    wall.reader_names("content").await?;
    wall.post("mended").await?.success()?;
    wall.shows(&["by a program with a umask of 077", "mended"]).await?;
    let mode = fs_err::metadata(&content)?.permissions().mode() & 0o7777;
    ensure!(mode == 0o640, "its mode is {mode:o}");
    Ok(())
}

#[tokio::test]
async fn a_log_of_another_user_without_read_permission_is_named_until_it_can_be_read() -> Result<()> {
    let directory = tempfile::TempDir::with_prefix("messagewall-")?;
    let parts = Parts::new(directory.path())?;
    if !parts.act_as_users()? {
        skipped("a log of another user: only root can make one");
        return Ok(());
    }
    let wall = parts.start(Limit::none(), Limit::none()).await?;
    wall.post("before").await?.success()?;
    let content = parts.volume().join("content");
    fs_err::remove_file(&content)?;
    write_as(&content, 65534, "by somebody else\n")?;
    let reply = wall.post("lost?").await?;
    ensure!(reply.status == 503 && reply.text()?.starts_with("volume_forbidden: "), "{}", reply.text()?);
    ensure!(reply.text()?.contains("content"), "it does not name the log: {}", reply.text()?);
    wall.reader_names("content").await?;
    fs_err::set_permissions(&content, Permissions::from_mode(0o666))?;
    wall.post("after").await?.success()?;
    wall.shows(&["by somebody else", "after"]).await
}

/// Writes a file with mode 0600 that belongs to `user`.
fn write_as(path: &std::path::Path, user: u32, text: &str) -> Result<()> {
    fs_err::write(path, text)?;
    fs_err::set_permissions(path, Permissions::from_mode(0o600))?;
    std::os::unix::fs::chown(path, Some(user), Some(crate::parts::GROUP))?;
    Ok(())
}
