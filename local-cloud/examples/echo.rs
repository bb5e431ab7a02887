//! A function that does what its event says: the tests' execution environment.

use std::time::Duration;

use lambda_runtime::{Error, LambdaEvent, service_fn};
use rustix::process::{Signal, getpid, kill_process};
use serde_json::{Value, json};

#[tokio::main]
async fn main() -> Result<(), Error> {
    lambda_runtime::run(service_fn(handle)).await
}

async fn handle(event: LambdaEvent<Value>) -> Result<Value, Error> {
    let (event, request_id) = (event.payload, event.context.request_id);
    // An HTTP request carries its order in the body.
    let order = match event["body"].as_str() {
        Some(body) => serde_json::from_str(body).unwrap_or_default(),
        None => event.clone(),
    };
    match order["do"].as_str() {
        Some("fail") => Err("told to fail".into()),
        Some("die") => {
            kill_process(getpid(), Signal::KILL)?;
            Ok(Value::Null)
        }
        Some("hang") => std::future::pending().await,
        Some("sleep") => {
            tokio::time::sleep(Duration::from_millis(order["ms"].as_u64().unwrap_or_default())).await;
            Ok(json!(request_id))
        }
        Some("fill") => Ok(json!("x".repeat(7 * 1024 * 1024))),
        Some("answer") => Ok(order["answer"].clone()),
        Some("count") => count(order["file"].as_str().unwrap_or_default(), &request_id),
        _ if event.get("requestContext").is_some() => Ok(json!({ "statusCode": 200, "body": event.to_string() })),
        _ => Ok(event),
    }
}

/// Fails, but leaves its request id in a file, a line for each attempt.
fn count(file: &str, request_id: &str) -> Result<Value, Error> {
    use std::io::Write;
    let mut file = fs_err::OpenOptions::new().create(true).append(true).open(file)?;
    writeln!(file, "{request_id}")?;
    Err("counted".into())
}
