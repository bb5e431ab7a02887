//! The writer, unchanged, under other implementations of the Lambda Runtime API.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use reqwest::Client;
use rustix::process::Signal;
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::{Process, Reply, binary, eventbridge, eventually, free_address, living, target_directory};

use crate::tool::tool;

/// The blog's commands: method, body, and what is answered.
const BLOG: [(&str, &str, &str); 6] = [
    ("GET", "", "No message yet."),
    ("POST", "Hello from EFS!", "Hello from EFS!\n"),
    ("POST", "Hello again :)", "Hello from EFS!\nHello again :)\n"),
    ("GET", "", "Hello from EFS!\nHello again :)\n"),
    ("DELETE", "", "Messages deleted."),
    ("GET", "", "No message yet."),
];

/// Invokes the function at `url`, one invocation at a time: the emulator does not survive two.
async fn invoke(http: &Client, url: &str, event: &Value) -> Result<Value> {
    Reply::to(http.post(url).body(event.to_string())).await?.success()?.json()
}

/// An event as an HTTP API sends it.
fn request(method: &str, body: &str) -> Value {
    json!({
        "version": "2.0",
        "routeKey": "ANY /MessageWall",
        "rawPath": "/default/MessageWall",
        "rawQueryString": "",
        "headers": { "content-type": "text/plain", "host": "example.execute-api.us-east-1.amazonaws.com" },
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "example",
            "domainName": "example.execute-api.us-east-1.amazonaws.com",
            "domainPrefix": "example",
            "http": {
                "method": method,
                "path": "/default/MessageWall",
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": "curl/8",
            },
            "requestId": format!("request-{:x}", fastrand::u64(..)),
            "routeKey": "ANY /MessageWall",
            "stage": "default",
            "time": "01/Jan/2026:12:00:00 +0000",
            "timeEpoch": 1_767_268_800_000_u64,
        },
        "body": body,
        "isBase64Encoded": false,
    })
}

fn config_title(volume: &Path) -> Result<Value> {
    let json: Value = serde_json::from_str(&fs_err::read_to_string(volume.join("config.json"))?)?;
    Ok(json["config"]["title"].clone())
}

#[tokio::test]
async fn the_writer_runs_under_the_runtime_interface_emulator() -> Result<()> {
    let volume = TempDir::new()?;
    let [caller, runtime] = [free_address()?, free_address()?];
    let mut command = tool("aws-lambda-rie");
    command.arg("--runtime-interface-emulator-address").arg(caller.to_string());
    command.arg("--runtime-api-address").arg(runtime.to_string());
    command.arg(binary("lambda-writer")?);
    command.env("AWS_LAMBDA_FUNCTION_NAME", "MessageWall").env("AWS_LAMBDA_FUNCTION_TIMEOUT", "10");
    command.env("WALL_DIR", volume.path());
    let mut emulator = Process::start(command)?;
    let (http, url) = (Client::new(), format!("http://{caller}/2015-03-31/functions/function/invocations"));
    eventually("the emulator", async || Ok(tokio::net::TcpStream::connect(caller).await?)).await?;

    for (number, (method, body, expected)) in BLOG.into_iter().enumerate() {
        let answer = invoke(&http, &url, &request(method, body)).await?;
        ensure!(answer["body"] == expected && answer["statusCode"] == 200, "command {}: {answer}", number + 1);
    }
    let answer = invoke(&http, &url, &request("PUT", "")).await?;
    ensure!(answer["statusCode"] == 405 && answer["body"] == "Method unsupported.", "{answer}");
    let event = eventbridge("Config Change Requested", &json!({ "patch": { "title": "By the emulator" } }));
    invoke(&http, &url, &event).await?;
    assert_eq!(config_title(volume.path())?, "By the emulator");
    let answer = invoke(&http, &url, &json!({ "command": "post", "text": "  " })).await?;
    ensure!(answer["error"] == "message_empty" && answer["status"] == 400, "{answer}");

    emulator.signal(Signal::TERM)?;
    emulator.ended().await?;
    Ok(())
}

#[tokio::test]
async fn the_writer_runs_under_cargo_lambda_watch() -> Result<()> {
    let volume = TempDir::new()?;
    let address = free_address()?;
    let mut command = tool("cargo-lambda");
    command.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    command.args(["lambda", "watch", "--ignore-changes", "--package", "lambda-writer"]);
    command.args(["--invoke-address", "127.0.0.1", "--invoke-port"]).arg(address.port().to_string());
    command.env("WALL_DIR", volume.path()).env("CARGO_TARGET_DIR", target_directory()?);
    let mut watch = Process::start(command)?;
    let http = Client::new();
    let url = format!("http://{address}/lambda-url/lambda-writer/default/MessageWall");
    eventually("cargo lambda", async || Ok(tokio::net::TcpStream::connect(address).await?)).await?;

    // The first request makes it compile the writer.
    for (number, (method, body, expected)) in BLOG.into_iter().enumerate() {
        let method = reqwest::Method::from_bytes(method.as_bytes())?;
        let call = http.request(method, &url).header("content-type", "text/plain").body(body);
        let reply = Reply::to(call).await?;
        let answer = reply.text().context("an answer")?;
        ensure!(answer == expected && reply.status == 200, "command {}: {}: {answer}", number + 1, reply.status);
    }
    let refused = Reply::to(http.put(&url)).await?;
    ensure!(
        refused.status == 405 && refused.text()? == "Method unsupported.",
        "{}: {}",
        refused.status,
        refused.text()?
    );
    let invocations = format!("http://{address}/2015-03-31/functions/lambda-writer/invocations");
    let event = eventbridge("Config Change Requested", &json!({ "patch": { "title": "By cargo lambda" } }));
    invoke(&http, &invocations, &event).await?;
    assert_eq!(config_title(volume.path())?, "By cargo lambda");

    watch.signal(Signal::INT)?;
    watch.ended().await?;
    // It starts the writer in a group of its own, which the end of its group would not end.
    let mark = volume.path().to_string_lossy().into_owned();
    eventually("the end of the writer", async || {
        let left = living(&mark)?;
        ensure!(left.is_empty(), "still there: {left:?}");
        Ok(())
    })
    .await
}
