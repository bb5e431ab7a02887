//! One command starts everything and ends everything.

use std::process::Command;

use anyhow::{Result, ensure};
use rustix::process::Signal;
use tempfile::TempDir;
use tests::{Process, Wall, binary, eventually, free_address, living};

#[tokio::test]
async fn it_prints_the_addresses_and_three_commands_to_try() -> Result<()> {
    let wall = Wall::start().await?;
    let output = wall.process.output();
    let volume = wall.volume().to_string_lossy().into_owned();
    for expected in [&wall.page(""), &wall.api(""), &volume, "curl ", "messagewall invoke", "aws lambda invoke"] {
        ensure!(output.contains(expected), "it does not print {expected}:\n{output}");
    }
    Ok(())
}

#[tokio::test]
async fn ctrl_c_ends_every_process() -> Result<()> {
    check_end(|process| process.signal_group(Signal::INT), true).await
}

#[tokio::test]
async fn an_interrupt_of_the_parent_alone_ends_every_process() -> Result<()> {
    check_end(|process| process.signal(Signal::INT), true).await
}

#[tokio::test]
async fn sigterm_ends_every_process() -> Result<()> {
    check_end(|process| process.signal(Signal::TERM), true).await
}

#[tokio::test]
async fn even_sigkill_of_the_parent_ends_every_process() -> Result<()> {
    check_end(|process| process.signal(Signal::KILL), false).await
}

/// Starts everything with an open stream and a busy writer, ends it with `signal`, and searches for remaining processes.
async fn check_end(signal: impl Fn(&Process) -> Result<()>, orderly: bool) -> Result<()> {
    let directory = TempDir::with_prefix("messagewall-")?;
    let volume = directory.path().join("volume");
    let mark = volume.to_string_lossy().into_owned();
    let mut wall = Wall::builder()?.volume(&volume).environments(3).start().await?;
    let _events = wall.events().await?;
    wall.post("Hello").await?.success()?;
    // The parent, the reader and three writers. This shows that the search below can find processes.
    ensure!(living(&mark)?.len() >= 5, "not all processes are found: {:?}", living(&mark)?);

    signal(&wall.process)?;
    let status = wall.process.ended().await?;
    ensure!(!orderly || status.success(), "it ended with {status}");
    eventually("the end of every process", async || {
        let left = living(&mark)?;
        ensure!(left.is_empty(), "still there: {left:?}");
        Ok(())
    })
    .await?;
    // The acknowledged messages are there after the next start.
    let again = Wall::builder()?.volume(&volume).start().await?;
    assert_eq!(again.get().await?, "Hello\n");
    Ok(())
}

#[tokio::test]
async fn a_port_in_use_is_reported_in_one_line() -> Result<()> {
    for which in ["page", "api", "runtime_api"] {
        let taken = free_address()?;
        let _holder = std::net::TcpListener::bind(taken)?;
        let builder = Wall::builder()?;
        let builder = match which {
            "page" => builder.page(taken),
            "api" => builder.api(taken),
            _ => builder.runtime_api(taken),
        };
        let directory = TempDir::with_prefix("messagewall-")?;
        let volume = directory.path().join("volume");
        let mut process = Process::start(builder.command(&volume)?)?;
        let status = process.ended().await?;
        ensure!(!status.success(), "{which}: success although its port is in use");
        let output = process.output();
        let about_it: Vec<_> = output.lines().filter(|line| line.contains(&taken.to_string())).collect();
        ensure!(about_it.len() == 1 && about_it[0].contains("in use"), "{which}: not one clear line:\n{output}");
        ensure!(output.lines().count() <= 2, "{which}: more than one line:\n{output}");
        let left = living(&volume.to_string_lossy())?;
        ensure!(left.is_empty(), "{which}: left behind {left:?}");
    }
    Ok(())
}

#[tokio::test]
async fn a_bad_setting_is_named_and_the_exit_code_is_64() -> Result<()> {
    let bad: [(&[&str], &str); 3] = [
        (&["up", "--environments", "none"], "environments"),
        (&["up", "--frobnicate"], "--frobnicate"),
        (&["fargate-reader", "--wall-dir", "/nowhere", "--listen", "here"], "listen"),
    ];
    for (arguments, naming) in bad {
        let mut command = Command::new(binary("messagewall")?);
        let mut process = Process::start({
            command.args(arguments);
            command
        })?;
        let status = process.ended().await?;
        let output = process.output();
        ensure!(status.code() == Some(64), "{arguments:?} ended with {status}:\n{output}");
        ensure!(output.to_lowercase().contains(naming), "{arguments:?} does not name {naming}:\n{output}");
    }
    Ok(())
}

#[tokio::test]
async fn a_writer_that_is_killed_is_replaced() -> Result<()> {
    let wall = Wall::start().await?;
    let before = wall.environments().await?;
    ensure!(before.len() == 2, "{before:?}");
    for pid in &before {
        if let Some(pid) = rustix::process::Pid::from_raw(*pid) {
            rustix::process::kill_process(pid, Signal::KILL)?;
        }
    }
    eventually("two new writers", async || {
        let now = wall.environments().await?;
        ensure!(now.len() == 2 && now.iter().all(|pid| !before.contains(pid)), "{now:?}, before {before:?}");
        Ok(())
    })
    .await?;
    wall.post("Hello").await?.success()?;
    Ok(())
}

#[tokio::test]
async fn check_names_the_fault_of_a_file() -> Result<()> {
    let directory = TempDir::new()?;
    let path = directory.path().join("config.json");
    let files =
        [(r##"{"title":"Hello","accent":"#336699"}"##, None), (r#"{"title":7}"#, Some("title")), ("{", Some("line 1"))];
    for (json, problem) in files {
        fs_err::write(&path, json)?;
        let output = Command::new(binary("messagewall")?).arg("check").arg(&path).output()?;
        let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success() == problem.is_none(), "{json}: {}: {said}", output.status);
        ensure!(problem.is_none_or(|problem| said.contains(problem)), "{json}: {said}");
    }
    Ok(())
}
