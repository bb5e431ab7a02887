//! Helpers of the tests in this folder.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use reqwest::RequestBuilder;
use serde_json::{Value, json};
use tests::{Reply, Wall, eventbridge, eventually, message_texts};

use crate::plant::FILE;

/// The time for which a function waits for other writers, which is less than it waits for a silent volume. An answer
/// within this time proves that nothing hung.
const NORMAL_TIME: Duration = Duration::from_secs(5);

/// Prints that a case is not tested on this machine, with the reason.
#[expect(clippy::print_stdout, reason = "`tests/all` shows it")]
pub(crate) fn skipped(what: &str) {
    println!("skipped: {what}");
}

/// Prints a figure.
#[expect(clippy::print_stdout, reason = "`tests/all` shows it")]
pub(crate) fn figure(text: &str) {
    println!("figure: {text}");
}

/// Returns true if this is root.
pub(crate) fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Sends a request and expects an answer within [`NORMAL_TIME`].
pub(crate) async fn prompt(request: RequestBuilder) -> Result<Reply> {
    let began = Instant::now();
    let reply = Reply::to(request.timeout(2 * NORMAL_TIME)).await.context("no answer")?;
    ensure!(began.elapsed() < NORMAL_TIME, "it took {:?}: {}", began.elapsed(), reply.text()?);
    Ok(reply)
}

/// Posts over the HTTP API, with a key if there is one.
pub(crate) async fn post(wall: &Wall, text: &str, key: Option<&str>) -> Result<Reply> {
    let request = wall.request(reqwest::Method::POST).body(text.to_owned());
    prompt(key.into_iter().fold(request, |request, key| request.header("idempotency-key", key))).await
}

/// Sends a request that must be refused because of a foreign file, which the answer names.
pub(crate) async fn refused(what: &str, request: RequestBuilder, named: &str) -> Result<()> {
    let reply = prompt(request).await.with_context(|| what.to_owned())?;
    let text = reply.text()?;
    ensure!(reply.status == 503, "{what}: {}: {text}", reply.status);
    ensure!(text.starts_with("volume_foreign: ") && text.contains(named), "{what}: it does not name {named}: {text}");
    Ok(())
}

/// Changes the configuration and returns the answer or the function error.
pub(crate) async fn change_title(wall: &Wall, title: &str) -> Result<Value> {
    let event = eventbridge("Config Change Requested", &json!({ "patch": { "title": title } }));
    prompt(wall.http.post(wall.invocations()).body(event.to_string())).await?.json()
}

/// Waits until this is the newest message of the reader, which must always answer at once.
pub(crate) async fn shows(wall: &Wall, text: &str) -> Result<()> {
    eventually(&format!("{text:?} at the reader"), async || {
        let reply = prompt(wall.http.get(wall.page("/api/messages"))).await?.success()?;
        let texts = message_texts(&reply.json()?)?;
        ensure!(texts.last().is_some_and(|last| last == text), "it ends with {:?}", texts.last());
        Ok(())
    })
    .await
}

/// Waits until the reader reports this reason for a failing volume. It must always answer at once.
pub(crate) async fn reader_names(wall: &Wall, named: &str) -> Result<()> {
    eventually(&format!("{named:?} in /api/status"), async || {
        let status = prompt(wall.http.get(wall.page("/api/status"))).await?.success()?.json()?;
        let reason = status["volume"]["reason"].as_str().unwrap_or_default();
        ensure!(status["volume"]["state"] != "ok" && reason.contains(named), "{status}");
        Ok(())
    })
    .await?;
    prompt(wall.http.get(wall.page("/"))).await.map(drop)
}

/// Waits until the reader rejects the configuration on disk with this reason, and keeps the one with this title.
pub(crate) async fn rejects(wall: &Wall, named: &str, title: &str) -> Result<()> {
    eventually(&format!("{named:?} in /api/config"), async || {
        let config = prompt(wall.http.get(wall.page("/api/config"))).await?.success()?.json()?;
        let reason = config["rejected"]["reason"].as_str().unwrap_or_default();
        ensure!(reason.contains(named) && config["config"]["title"] == title, "{config}");
        Ok(())
    })
    .await
}

/// Checks that writers and reader work again without a restart.
pub(crate) async fn recovered(wall: &Wall, what: &str) -> Result<()> {
    let text = format!("after {what} {}", fastrand::u32(..));
    let key = format!("key-{}", fastrand::u64(..));
    for key in [None, Some(key.as_str())] {
        let reply = post(wall, &text, key).await?;
        ensure!(reply.status.is_success(), "after {what}: {}: {}", reply.status, reply.text()?);
    }
    shows(wall, &text).await?;
    let answer = change_title(wall, &text).await?;
    ensure!(answer["generation"].is_u64(), "after {what}: {answer}");
    let file = json!({ "command": "publish_file", "name": FILE, "content": text });
    let answer = prompt(wall.http.post(wall.invocations()).body(file.to_string())).await?.json()?;
    ensure!(answer["generation"].is_u64(), "after {what}: {answer}");
    eventually(&format!("the end of all faults after {what}"), async || {
        let status = wall.json("/api/status").await?;
        let config = &status["config"];
        ensure!(status["volume"]["state"] == "ok" && config["rejected"].is_null(), "{status}");
        ensure!(config["config"]["title"] == *text, "{status}");
        Ok(())
    })
    .await
}

/// Returns true if another user may run the program under test.
pub(crate) fn may_run_as(user: u32) -> Result<bool> {
    use std::os::unix::process::CommandExt;
    let mut command = std::process::Command::new(tests::binary("messagewall")?);
    command.arg("--version").uid(user).gid(user).stdout(std::process::Stdio::null());
    Ok(command.status().is_ok_and(|status| status.success()))
}
