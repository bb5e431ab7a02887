//! `aws lambda invoke --endpoint-url`.

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::{Wall, eventbridge};

use crate::tool::{printed, tool};

/// Invokes the function with `event`. Returns the output of the CLI and the answer of the function.
async fn invoke(wall: &Wall, event: &Value, more: &[&str]) -> Result<(Value, String)> {
    let directory = TempDir::new()?;
    let (payload, answer) = (directory.path().join("event.json"), directory.path().join("answer.json"));
    fs_err::write(&payload, event.to_string())?;
    let mut command = tool("aws");
    command.args(["lambda", "invoke", "--endpoint-url", &wall.api(""), "--function-name", "MessageWall"]);
    command.arg("--payload").arg(format!("fileb://{}", payload.display())).args(more).arg(&answer);
    let output = serde_json::from_slice(&printed(command).await?)?;
    Ok((output, fs_err::read_to_string(&answer)?))
}

#[tokio::test]
async fn an_event_by_the_aws_cli_changes_the_configuration() -> Result<()> {
    let wall = Wall::start().await?;
    let mut events = wall.events().await?;
    let event = eventbridge("Config Change Requested", &json!({ "patch": { "title": "By the AWS CLI" } }));
    let (output, answer) = invoke(&wall, &event, &[]).await?;
    ensure!(output["StatusCode"] == 200 && output.get("FunctionError").is_none(), "{output}: {answer}");
    let changed = events.until("the title", |event| event.data["config"]["title"] == "By the AWS CLI").await?;
    assert_eq!(changed.name, "config");
    Ok(())
}

#[tokio::test]
async fn a_command_by_the_aws_cli_is_answered() -> Result<()> {
    let wall = Wall::start().await?;
    let (_, answer) = invoke(&wall, &json!({ "command": "post", "author": "ann", "text": "Hello" }), &[]).await?;
    ensure!(serde_json::from_str::<Value>(&answer)?["message"]["text"] == "Hello", "{answer}");
    assert_eq!(wall.get().await?, "Hello\n");
    Ok(())
}

#[tokio::test]
async fn an_asynchronous_invocation_is_accepted_at_once_and_carried_out() -> Result<()> {
    let wall = Wall::start().await?;
    let mut events = wall.events().await?;
    let event = eventbridge("Message Posted", &json!({ "author": "bob", "text": "Later" }));
    let (output, answer) = invoke(&wall, &event, &["--invocation-type", "Event"]).await?;
    ensure!(output["StatusCode"] == 202 && answer.is_empty(), "{output}: {answer}");
    events.until("the message", |event| event.name == "message" && event.data["text"] == "Later").await?;
    Ok(())
}
