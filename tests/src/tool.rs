//! Programs of others.

use std::process::{Command, Output, Stdio};

use anyhow::{Context, Result, ensure};
use support::patience;

/// Returns a command for a program that `tests/all` puts on the PATH.
#[must_use]
pub fn tool(name: &str) -> Command {
    let mut command = Command::new(name);
    // No settings of this machine may lead to a real account.
    command
        .env("AWS_ACCESS_KEY_ID", "none")
        .env("AWS_SECRET_ACCESS_KEY", "none")
        .env("AWS_DEFAULT_REGION", "us-east-1");
    command.env_remove("AWS_PROFILE").env_remove("AWS_SESSION_TOKEN");
    command
}

/// Runs a command without blocking other tasks of the test, and returns its standard output.
///
/// # Errors
/// Returns an error with the standard error if the command does not succeed.
pub async fn printed(command: Command) -> Result<Vec<u8>> {
    let name = format!("{command:?}");
    let output = output(command).await?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{name} ended with {}: {said}", output.status);
    Ok(output.stdout)
}

async fn output(command: Command) -> Result<Output> {
    let name = command.get_program().to_string_lossy().into_owned();
    let mut command = tokio::process::Command::from(command);
    command.stdin(Stdio::null()).kill_on_drop(true);
    let output = tokio::time::timeout(4 * patience(), command.output());
    output
        .await
        .with_context(|| format!("{name} does not end"))?
        .with_context(|| format!("{name} did not start: `tests/all` installs it and puts it on the PATH"))
}
