//! The commands of the blog post, with curl.

use anyhow::{Context, Result, ensure};
use tests::{Step, Wall, binary, eventually, transcript};

use crate::tool::{printed, tool};

/// Returns the curl command of a step of the blog post.
fn command(step: &Step, url: &str) -> String {
    match step.method.as_str() {
        "GET" => format!("curl {url}"),
        "POST" => format!("curl -X POST -H 'Content-Type: text/plain' -d '{}' {url}", step.body),
        method => format!("curl -X {method} {url}"),
    }
}

#[tokio::test]
async fn the_six_curl_commands_of_the_blog_print_the_answers_of_the_blog() -> Result<()> {
    let wall = Wall::start().await?;
    for (number, step) in (1..).zip(transcript()) {
        let command = command(&step, &wall.function());
        assert_eq!(shell(&command).await?, step.answer, "command {number}: {command}");
    }
    Ok(())
}

/// The commands that `messagewall up` prints must work unchanged.
#[tokio::test]
async fn the_three_printed_commands_work_unchanged() -> Result<()> {
    let wall = Wall::start().await?;
    let before = wall.json("/api/config").await?;
    let output = wall.process.output();
    let commands = printed_commands(&output);
    for program in ["curl ", "messagewall invoke", "aws lambda invoke"] {
        ensure!(commands.iter().any(|command| command.contains(program)), "no {program} in {commands:?}:\n{output}");
    }
    for command in &commands {
        shell(command).await?;
    }
    ensure!(wall.get().await? != "No message yet.", "no message was posted by {commands:?}");
    eventually("another configuration", async || {
        let after = wall.json("/api/config").await?;
        ensure!(after["generation"].as_u64() > before["generation"].as_u64(), "no configuration came of {commands:?}");
        Ok(())
    })
    .await
}

/// Returns the commands in the output. A command begins a line, and continues after a backslash at its end.
fn printed_commands(output: &str) -> Vec<String> {
    let joined = output.replace("\\\n", " ");
    let begins = ["curl ", "aws ", "messagewall ", "echo ", "printf ", "cargo run "];
    let line = |line: &str| line.trim().trim_start_matches("$ ").to_owned();
    joined.lines().map(line).filter(|line| begins.iter().any(|begin| line.starts_with(begin))).collect()
}

/// Runs a command line in an empty directory, with `messagewall` on the PATH.
async fn shell(line: &str) -> Result<String> {
    let directory = tempfile::TempDir::new()?;
    let executable = binary("messagewall")?;
    let mut path = executable.parent().context("no directory")?.as_os_str().to_owned();
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap_or_default());
    let mut command = tool("sh");
    command.arg("-euc").arg(line).current_dir(directory.path()).env("PATH", path);
    Ok(String::from_utf8(printed(command).await?)?)
}
