//! The AWS CLI and AWS's SDKs for Python and JavaScript against the local cloud, unchanged.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::{Stream, Wall, eventually, printed, tool};

/// Checks the answers of a client that has posted a message by an invocation and another one over the bus.
async fn check(events: &mut Stream, answers: &Value, text: &str) -> Result<()> {
    ensure!(answers["answer"]["message"]["text"] == text, "{answers}");
    let log = answers["log"].as_str().context("no log")?;
    ensure!(log.starts_with("START RequestId: ") && log.contains("REPORT RequestId: "), "{log}");
    ensure!(log.contains("command_done"), "the log of the function: {log}");
    ensure!(answers["entries"][0]["EventId"].as_str().is_some_and(|id| id.len() == 36), "{answers}");
    let over_the_bus = format!("{text}, over the bus");
    events.until(&over_the_bus, |event| event.name == "message" && event.data["text"] == over_the_bus).await?;
    Ok(())
}

#[tokio::test]
async fn boto3_invokes_the_function_and_puts_events() -> Result<()> {
    let wall = Wall::start().await?;
    let mut events = wall.events().await?;
    let mut client = tool("python3");
    client.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/runtimes/aws_clients.py")).arg(wall.api(""));
    let answers: Value = serde_json::from_slice(&printed(client).await?)?;
    check(&mut events, &answers, "by boto3").await?;
    ensure!(answers["failed"] == 2, "{answers}");
    ensure!(answers["entries"][1]["ErrorCode"] == "MalformedDetail", "{answers}");
    ensure!(answers["entries"][2]["ErrorCode"] == "NotAuthorizedForSourceException", "{answers}");
    let qualified = answers["qualified"].as_str().context("qualified")?;
    ensure!(qualified.contains("Function not found: arn:aws:lambda:") && qualified.contains(":live"), "{qualified}");
    Ok(())
}

#[tokio::test]
async fn the_sdk_for_javascript_invokes_the_function_and_puts_events() -> Result<()> {
    let modules = std::env::var("MESSAGEWALL_NODE_MODULES").context("`tests/all runtimes` installs the SDK")?;
    let wall = Wall::start().await?;
    let mut events = wall.events().await?;
    let mut client = tool("node");
    client.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/runtimes/aws_clients.mjs")).arg(modules).arg(wall.api(""));
    let answers: Value = serde_json::from_slice(&printed(client).await?)?;
    check(&mut events, &answers, "by JavaScript").await?;
    ensure!(answers["failed"] == 0, "{answers}");
    Ok(())
}

#[tokio::test]
async fn the_cli_puts_events_on_the_bus() -> Result<()> {
    let wall = Wall::start().await?;
    let mut events = wall.events().await?;
    let directory = TempDir::new()?;
    let entries = directory.path().join("entries.json");
    let detail = json!({ "text": "over the bus" }).to_string();
    let entry = json!({
        "EventBusName": "MessageWall", "Source": "messagewall", "DetailType": "Message Posted", "Detail": detail,
    });
    fs_err::write(&entries, json!([entry]).to_string())?;
    let mut command = tool("aws");
    command.args(["events", "put-events", "--endpoint-url", &wall.api(""), "--output", "json", "--entries"]);
    command.arg(format!("file://{}", entries.display()));
    let answer: Value = serde_json::from_slice(&printed(command).await?)?;
    ensure!(answer["FailedEntryCount"] == 0 && answer["Entries"][0]["EventId"].is_string(), "{answer}");
    events.until("the message", |event| event.name == "message" && event.data["text"] == "over the bus").await?;
    Ok(())
}

#[tokio::test]
async fn the_cli_gets_the_end_of_the_log() -> Result<()> {
    let wall = Wall::start().await?;
    let directory = TempDir::new()?;
    let mut command = tool("aws");
    command.args(["lambda", "invoke", "--endpoint-url", &wall.api(""), "--function-name", "MessageWall"]);
    // The CLI that `tests/all` installs is of version 1.
    command.args(["--log-type", "Tail", "--qualifier", "$LATEST", "--payload", "{}"]);
    command.args(["--query", "LogResult", "--output", "text"]);
    command.arg(directory.path().join("answer.json"));
    let log = String::from_utf8(printed(command).await?)?;
    ensure!(log.trim().len() > 100, "{log}");
    Ok(())
}

/// Runs a function in Python on AWS's runtime behind the service of `messagewall lambda`, which the wall has as well.
#[tokio::test]
async fn a_function_on_awslambdaric_sees_the_event_of_api_gateway() -> Result<()> {
    let service = Lambda::start().await?;
    let http = support::client();
    for (content_type, body, expected, is_base64) in [
        (None, "raw", "cmF3", true),
        (Some("application/vnd.api+json"), "{}", "e30=", true),
        (Some("application/json"), "{}", "{}", false),
        (Some("text/plain"), "text", "text", false),
    ] {
        let mut request = http.post(format!("{}/default/MessageWall?a=1&a=2", service.api)).body(body);
        if let Some(content_type) = content_type {
            request = request.header("content-type", content_type);
        }
        let answer: Value = request.header("cookie", "c=1; d=2").send().await?.json().await?;
        let event = &answer["event"];
        ensure!(event["body"] == expected && event["isBase64Encoded"] == is_base64, "{content_type:?}: {event}");
        let headers = &event["headers"];
        ensure!(headers["x-forwarded-for"] == "127.0.0.1" && headers["x-forwarded-proto"] == "http", "{headers}");
        ensure!(headers["x-forwarded-port"].is_string() && headers["x-amzn-trace-id"].is_string(), "{headers}");
        ensure!(event["queryStringParameters"]["a"] == "1,2" && event["cookies"] == json!(["c=1", "d=2"]), "{event}");
        ensure!(event["version"] == "2.0" && event["requestContext"]["http"]["method"] == "POST", "{event}");
    }
    let directory = TempDir::new()?;
    let answer = directory.path().join("answer.json");
    let mut command = tool("aws");
    command.args(["lambda", "invoke", "--endpoint-url", &service.api, "--function-name", "MessageWall"]);
    // {"custom":{"who":"cli"}}
    command.args(["--client-context", "eyJjdXN0b20iOnsid2hvIjoiY2xpIn19", "--payload", "{}"]).arg(&answer);
    printed(command).await?;
    let answer: Value = serde_json::from_slice(&fs_err::read(answer)?)?;
    ensure!(answer["custom"]["who"] == "cli", "{answer}");
    Ok(())
}

/// `messagewall lambda` with a function in Python.
struct Lambda {
    api: String,
    _processes: [tests::Process; 2],
}

impl Lambda {
    async fn start() -> Result<Self> {
        let [api, runtime_api] = [tests::free_address()?, tests::free_address()?];
        let mut service = std::process::Command::new(tests::binary("messagewall")?);
        service.args(["lambda", "--api", &api.to_string(), "--runtime-api", &runtime_api.to_string()]);
        let service = tests::Process::start(service)?;
        let mut function = tool("python3");
        function.args(["-m", "awslambdaric", "event_function.handler"]);
        function.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/runtimes"));
        function.env("AWS_LAMBDA_RUNTIME_API", runtime_api.to_string()).env("AWS_LAMBDA_FUNCTION_NAME", "MessageWall");
        function.env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST").env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256");
        function.env("PYTHONDONTWRITEBYTECODE", "1");
        let (status, http) = (format!("http://{api}/status"), support::client());
        let answers = async || tests::Reply::to(http.get(&status)).await?.success();
        eventually("the service", answers).await?;
        let function = tests::Process::start(function)?;
        Ok(Self { api: format!("http://{api}"), _processes: [service, function] })
    }
}
