//! Ten thousand messages in batches.

use std::collections::BTreeMap;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tests::Wall;

const GOOD: usize = 10_000;

/// Every tenth message is sent twice, and every hundredth is followed by one that no retry can help.
const DUPLICATE_EACH: usize = 10;
const POISON_EACH: usize = 100;

fn record(id: &str, body: &str) -> Value {
    json!({
        "messageId": id, "body": body, "attributes": {"ApproximateReceiveCount": "2"},
        "eventSource": "aws:sqs", "eventSourceARN": "arn:aws:sqs:us-east-1:1:commands",
    })
}

fn post(id: &str, text: &str) -> Value {
    record(id, &json!({"command": "post", "text": text}).to_string())
}

/// Returns the messages in random order. The ids of those that must be refused begin with `poison`.
fn messages() -> Vec<Value> {
    let mut messages = Vec::new();
    for number in 0..GOOD {
        let message = post(&format!("id-{number}"), &format!("message {number}"));
        if number % DUPLICATE_EACH == 0 {
            messages.push(message.clone());
        }
        if number % POISON_EACH == 0 {
            let poison = format!("poison-{number}");
            messages.push(if number % 200 == 0 { post(&poison, "") } else { record(&poison, "{") });
        }
        messages.push(message);
    }
    fastrand::shuffle(&mut messages);
    messages
}

/// Returns the number of lock cycles that the function logged for batches.
fn cycles(wall: &Wall) -> Result<usize> {
    let log = fs_err::read_to_string(wall.volume().with_file_name("volume.logs").join("lambda-writer.log"))?;
    Ok(log.lines().filter(|line| line.contains("command_done") && line.contains("\"batch\"")).count())
}

#[expect(clippy::print_stdout, reason = "the figures are a result of the test")]
async fn check(size: usize) -> Result<()> {
    let wall = Wall::builder()?.timeout_seconds(60).start().await?;
    wall.change_config(&json!({"keep_messages": 10_000})).await?;
    let began = Instant::now();
    let singles = 200;
    for number in 0..singles {
        wall.invoke(&json!({"command": "post", "text": format!("single {number}")})).await?;
    }
    let single_rate = f64::from(singles) / began.elapsed().as_secs_f64();
    wall.delete().await?;

    let (messages, began) = (messages(), Instant::now());
    let mut failed = Vec::new();
    for batch in messages.chunks(size) {
        let answer = wall.invoke(&json!({"Records": batch})).await?;
        let failures = answer["batchItemFailures"].as_array().context("batchItemFailures")?;
        failed.extend(failures.iter().filter_map(|failure| Some(failure["itemIdentifier"].as_str()?.to_owned())));
    }
    let rate = GOOD as f64 / began.elapsed().as_secs_f64();
    ensure!(failed.iter().all(|id| id.starts_with("poison")), "{failed:?}");
    ensure!(failed.len() == GOOD / POISON_EACH, "{} of the poison messages failed", failed.len());

    let newest = wall.invoke(&json!({"command": "read", "limit": 10_000})).await?;
    let mut times = BTreeMap::<String, usize>::new();
    for message in newest["messages"].as_array().context("messages")? {
        *times.entry(message["text"].as_str().unwrap_or_default().to_owned()).or_default() += 1;
    }
    ensure!(times.len() == GOOD && times.values().all(|times| *times == 1), "{} different messages", times.len());

    let cycles = cycles(&wall)?;
    ensure!(cycles == messages.len().div_ceil(size), "{cycles} lock cycles for {} messages", messages.len());
    println!(
        "batches of {size}: {cycles} lock cycles for {} messages (1 to {:.0}), {rate:.0} posts a second, {:.1} times as \
         many as by single posts ({single_rate:.0})",
        messages.len(),
        messages.len() as f64 / cycles as f64,
        rate / single_rate,
    );
    Ok(())
}

#[tokio::test]
async fn ten_thousand_messages_in_batches_of_ten_are_on_the_wall_once_each() -> Result<()> {
    check(10).await
}

#[tokio::test]
async fn ten_thousand_messages_in_batches_of_a_thousand_are_on_the_wall_once_each() -> Result<()> {
    check(1000).await
}
