//! System calls on the volume that do not return, as on a mount whose server is gone.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::{Cloud, Process, Reader, eventually, message_texts};

/// Longer than the timeout of an invocation. Under strace a process ends only after the delay.
const LONGER_THAN_A_FUNCTION_WAITS: Duration = Duration::from_secs(5);

/// Longer than the time after which a reader reports the volume as silent.
const LONGER_THAN_A_READER_WAITS: Duration = Duration::from_secs(9);

/// Returns a strace command under which the call with this number on `path` takes `duration`.
fn hang(calls: &str, number: usize, path: &Path, duration: Duration) -> Command {
    let mut strace = Command::new("strace");
    // The trace itself is not used.
    strace.args(["-f", "-qqq", "-o", "/dev/null", "-e", &format!("trace={calls}"), "-e"]);
    strace.arg(format!("inject={calls}:delay_enter={}:when={number}", duration.as_micros())).arg("-P").arg(path);
    strace
}

/// The calls of a post that may hang: their names, their file, and true if the message is written by then.
const HANGS: [(&str, &str, bool); 5] = [
    ("open,openat", "config.json", false),
    ("flock", "writer.lock", false),
    ("pwrite64", "writer.lock", false),
    ("write", "content", false),
    ("fsync", "content", true),
];

/// Checks that the environment ends after its answer, because only its end releases the hanging call.
async fn ends(environment: &mut Process) -> Result<()> {
    let status = environment.ended().await?;
    ensure!(status.code() == Some(1), "{status}: {}", environment.output());
    let output = environment.output();
    ensure!(
        output.matches("function_stopped").count() == 1
            && output.contains("a thread that was given up does not return"),
        "{output}"
    );
    Ok(())
}

async fn is_there_once_after_it_hung_at(calls: &str, file: &str, is_written: bool) -> Result<()> {
    let cloud = Cloud::start(&["--timeout", "3"]).await?;
    let path = cloud.volume().join(file);
    // This creates the files that the other environment opens.
    let first = cloud.environment(None)?;
    ensure!(cloud.post("first").await?.status == 201 || cloud.wall().await? == "first\n", "the first post");
    drop(first);
    let mut environment = cloud.environment(Some(hang(calls, 1, &path, LONGER_THAN_A_FUNCTION_WAITS)))?;

    let event = json!({ "command": "post", "text": "once", "event": "order-17" });
    let reply = cloud.invoke(&event).await?;
    ensure!(!reply.header("x-amz-function-error").is_empty(), "{}", reply.text()?);
    let error = reply.json()?;
    ensure!(error["errorType"] == "volume_silent", "{error}");
    ensure!(
        error["errorMessage"].as_str().is_some_and(|text| text.contains("it is not known whether this was written"))
    );
    ends(&mut environment).await?;

    let _next = cloud.environment(None)?;
    let reply = cloud.invoke(&event).await?.json()?;
    ensure!(reply["repeated"] == json!(is_written), "{reply}");
    ensure!(cloud.wall().await? == "first\nonce\n", "{}", cloud.wall().await?);
    Ok(())
}

#[tokio::test]
async fn a_post_on_a_hanging_volume_fails_in_time_and_its_retry_posts_once() -> Result<()> {
    for (calls, file, is_written) in HANGS {
        is_there_once_after_it_hung_at(calls, file, is_written)
            .await
            .with_context(|| format!("{calls} of {file} hangs"))?;
    }
    Ok(())
}

#[tokio::test]
async fn a_client_is_not_asked_to_repeat_a_post_that_may_have_been_written() -> Result<()> {
    let cloud = Cloud::start(&["--timeout", "3"]).await?;
    let content = cloud.volume().join("content");
    let mut environment = cloud.environment(Some(hang("fsync", 1, &content, LONGER_THAN_A_FUNCTION_WAITS)))?;
    let reply = cloud.post("once").await?;
    ensure!(reply.status == 503 && reply.headers.get("retry-after").is_none(), "{reply:?}");
    let text = reply.text()?;
    ensure!(text.starts_with("volume_silent: the volume has not answered for "), "{text}");
    ensure!(text.contains("it is not known whether this was written"), "{text}");
    ends(&mut environment).await?;
    let _next = cloud.environment(None)?;
    ensure!(cloud.wall().await? == "once\n", "{}", cloud.wall().await?);
    Ok(())
}

/// Starts a reader that hangs at its second look at the log, and changes the log.
async fn reader_that_hangs(volume: &Path) -> Result<Reader> {
    let content = volume.join("content");
    fs_err::write(&content, "still here\n")?;
    let reader = Reader::start_under(hang("open,openat", 2, &content, LONGER_THAN_A_READER_WAITS), volume).await?;
    eventually("the first look", async || {
        let texts = message_texts(&reader.json("/api/messages").await?)?;
        ensure!(texts == ["still here"], "{texts:?}");
        Ok(())
    })
    .await?;
    fs_err::write(&content, "still here\nand more\n")?;
    eventually("the silence of the volume", async || is_silent(&reader.json("/api/status").await?)).await?;
    Ok(reader)
}

fn is_silent(status: &Value) -> Result<()> {
    ensure!(status["volume"]["state"] == "failing", "{status}");
    let reason = status["volume"]["reason"].as_str().unwrap_or_default();
    ensure!(reason.contains("does not answer"), "{status}");
    Ok(())
}

#[tokio::test]
async fn a_reader_on_a_hanging_volume_serves_its_snapshot_reports_it_and_recovers() -> Result<()> {
    let volume = TempDir::with_prefix("wall-")?;
    let reader = reader_that_hangs(volume.path()).await?;
    let silent = |status: &Value| status["volume"]["silent_seconds"].as_f64().context("no silent_seconds");
    let before = silent(&reader.json("/api/status").await?)?;
    ensure!(message_texts(&reader.json("/api/messages").await?)? == ["still here"]);
    ensure!(reader.get("/live").await?.status == 200);
    let after = silent(&reader.json("/api/status").await?)?;
    ensure!(before > 1.0 && after > before, "{before} s, then {after} s");

    eventually("the end of the silence", async || {
        let status = reader.json("/api/status").await?;
        ensure!(status["volume"]["state"] == "ok" && silent(&status)? < before, "{status}");
        let texts = message_texts(&reader.json("/api/messages").await?)?;
        ensure!(texts == ["still here", "and more"], "{texts:?}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_reader_on_a_hanging_volume_ends_on_a_signal() -> Result<()> {
    let volume = TempDir::with_prefix("wall-")?;
    let mut reader = reader_that_hangs(volume.path()).await?;
    let id = reader.process.pid();
    let children = fs_err::read_to_string(format!("/proc/{id}/task/{id}/children"))?;
    let child = Pid::from_raw(children.trim().parse()?).context("strace has no child")?;
    let began = Instant::now();
    kill_process(child, Signal::TERM)?;
    // The reader does not wait for the hanging call.
    let is_told = |output: &str| output.contains("\"shut_down\"").then_some(());
    reader.process.until_printed("that it was shut down", is_told).await?;
    ensure!(began.elapsed() < LONGER_THAN_A_READER_WAITS / 3, "it took {:?}", began.elapsed());
    let status = reader.process.ended().await?;
    ensure!(status.success(), "{status}");
    Ok(())
}
