//! The blog's commands as the blog has them.

use anyhow::{Context, Result, ensure};
use tests::{Wall, binary, eventually};

use crate::tool::{printed, tool};

const BLOG: [(&str, &str); 6] = [
    ("curl URL", "No message yet."),
    ("curl -X POST -H 'Content-Type: text/plain' -d 'Hello from EFS!' URL", "Hello from EFS!\n"),
    ("curl -X POST -H 'Content-Type: text/plain' -d 'Hello again :)' URL", "Hello from EFS!\nHello again :)\n"),
    ("curl URL", "Hello from EFS!\nHello again :)\n"),
    ("curl -X DELETE URL", "Messages deleted."),
    ("curl URL", "No message yet."),
];

#[tokio::test]
async fn the_six_curl_commands_of_the_blog_print_what_the_blog_prints() -> Result<()> {
    let wall = Wall::start().await?;
    for (number, (command, expected)) in BLOG.iter().enumerate() {
        let output = shell(&command.replace("URL", &wall.function())).await?;
        assert_eq!(output, *expected, "command {}: {command}", number + 1);
    }
    Ok(())
}

/// `messagewall up` prints commands. They must do what they say, as they stand.
#[tokio::test]
async fn the_three_things_to_try_work_as_they_are_printed() -> Result<()> {
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

/// The commands in what was printed: they begin a line, and go on where a line ends in a backslash.
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
