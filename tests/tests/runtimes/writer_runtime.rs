//! The writer with other implementations of the Lambda Runtime API.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use reqwest::Client;
use rustix::process::Signal;
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::{Process, Reply, binary, eventbridge, eventually, free_address, http_event, tool, transcript};

/// Invokes the function at `url`. The emulator crashes if two invocations overlap.
async fn invoke(http: &Client, url: &str, event: &Value) -> Result<Value> {
    Reply::to(http.post(url).body(event.to_string())).await?.success()?.json()
}

/// Returns a request with a body, as the HTTP API sends it.
fn request(method: &str, body: &str) -> Value {
    let mut event = http_event(method);
    event["headers"]["content-type"] = json!("text/plain");
    event["requestContext"]["requestId"] = json!(format!("request-{:x}", fastrand::u64(..)));
    event["body"] = json!(body);
    event
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
    let (http, url) = (support::client(), format!("http://{caller}/2015-03-31/functions/function/invocations"));
    eventually("the emulator", async || Ok(tokio::net::TcpStream::connect(caller).await?)).await?;

    for (number, step) in (1..).zip(transcript()) {
        let answer = invoke(&http, &url, &request(&step.method, &step.body)).await?;
        ensure!(answer["body"] == step.answer && answer["statusCode"] == 200, "command {number}: {answer}");
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
    // Without this option it would compile the writer once more, which takes minutes, and start that.
    command.args(["lambda", "watch", "--only-lambda-apis", "--ignore-changes", "--invoke-address", "127.0.0.1"]);
    command.arg("--invoke-port").arg(address.port().to_string());
    let mut watch = Process::start(command)?;
    let http = support::client();
    let url = format!("http://{address}/lambda-url/lambda-writer/default/MessageWall");
    eventually("cargo lambda", async || Ok(tokio::net::TcpStream::connect(address).await?)).await?;
    let mut command = Command::new(binary("lambda-writer")?);
    command.env("AWS_LAMBDA_RUNTIME_API", format!("http://{address}/.rt/lambda-writer")).env("WALL_DIR", volume.path());
    command.env("AWS_LAMBDA_FUNCTION_NAME", "lambda-writer").env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128");
    command.env("AWS_LAMBDA_FUNCTION_VERSION", "1");
    let mut writer = Process::start(command)?;

    for (number, step) in (1..).zip(transcript()) {
        let call = http.request(step.method.parse()?, &url).header("content-type", "text/plain").body(step.body);
        let reply = Reply::to(call).await?;
        let answer = reply.text().context("an answer")?;
        ensure!(answer == step.answer && reply.status == 200, "command {number}: {}: {answer}", reply.status);
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

    writer.signal(Signal::TERM)?;
    writer.ended().await?;
    watch.signal(Signal::INT)?;
    watch.ended().await?;
    Ok(())
}
