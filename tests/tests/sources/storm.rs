//! The same event many times, and many sources at once.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use support::eventbridge_from;
use tests::Wall;
use tokio::task::JoinSet;

use crate::aws::{Aws, KEY, object_event, parameter_event};
use crate::page::history;

const ENVIRONMENTS: usize = 8;

/// Invokes the function with all events at once and returns the answers.
async fn at_once(wall: &Arc<Wall>, events: Vec<Value>) -> Result<Vec<Value>> {
    let mut invocations = JoinSet::new();
    for event in events {
        let wall = Arc::clone(wall);
        invocations.spawn(async move {
            loop {
                let reply = wall.invocation(event.to_string()).await?;
                // Lambda and the sources repeat what was throttled or failed.
                if reply.status == 200 && reply.header("x-amz-function-error").is_empty() {
                    return reply.json();
                }
            }
        });
    }
    let mut answers = Vec::new();
    while let Some(answer) = invocations.join_next().await {
        answers.push(answer??);
    }
    Ok(answers)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_events_a_hundred_times_from_eight_environments_have_one_effect_each() -> Result<()> {
    let aws = Aws::start().await?;
    let wall = Arc::new(aws.builder()?.environments(ENVIRONMENTS).timeout_seconds(30).start().await?);
    aws.put_parameter(r#"{"title": "Once"}"#).await?;
    let message = eventbridge_from("m-1", "messagewall", "Message Posted", &json!({"text": "once"}));
    let queued = json!({"Records": [{
        "messageId": "q-1", "eventSource": "aws:sqs", "eventSourceARN": "arn:aws:sqs:us-east-1:1:q", "attributes": {},
        "body": json!({"command": "post", "text": "queued once"}).to_string(),
    }]});
    let events = [parameter_event("p-1", "Create"), message, queued];
    let storm = (0..100).flat_map(|_| events.clone()).collect();
    let answers = at_once(&wall, storm).await?;
    ensure!(answers.iter().all(|answer| answer["error"].is_null()), "{answers:?}");
    assert_eq!(history(&wall)?, [(1, "Once".to_owned())]);
    let mut lines: Vec<_> = wall.get().await?.lines().map(str::to_owned).collect();
    lines.sort();
    assert_eq!(lines, ["once", "queued once"]);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn many_sources_at_once_make_a_history_without_gaps_that_ends_with_the_newest_versions() -> Result<()> {
    let aws = Aws::start().await?;
    let wall = Arc::new(aws.builder()?.environments(ENVIRONMENTS).timeout_seconds(30).start().await?);
    aws.put_parameter(r#"{"title": "Parameter 1"}"#).await?;
    aws.put_object(KEY, b"title: Object 1", "").await?;
    at_once(&wall, vec![parameter_event("p-1", "Create"), object_event("o-1", "0055AED601")]).await?;

    aws.put_parameter(r#"{"title": "Parameter 2"}"#).await?;
    aws.put_object(KEY, b"title: Object 2", "").await?;
    let mut events = Vec::new();
    for number in 0..5 {
        // Late events about old versions, and events about the newest one more than once.
        events.push(parameter_event(&format!("p-2-{number}"), "Update"));
        events.push(object_event(&format!("o-2-{number}"), "0055AED602"));
        events.push(object_event(&format!("o-1-{number}"), "0055AED601"));
        let patch = json!({"patch": {"max_message_chars": 100 + number}});
        events.push(eventbridge_from(&format!("c-{number}"), "messagewall", "Config Change Requested", &patch));
        events.push(json!({"command": "change_config", "patch": {"keep_messages": 100 + number}, "event": format!("d-{number}")}));
    }
    fastrand::shuffle(&mut events);
    let answers = at_once(&wall, events).await?;
    ensure!(answers.iter().all(|answer| answer["error"].is_null()), "{answers:?}");

    let history = history(&wall)?;
    let generations: Vec<u64> = history.iter().map(|(generation, _)| *generation).collect();
    // Two at first, then one for each source that has a newer version, and ten changes of fields.
    ensure!(generations == (1..=14).collect::<Vec<_>>(), "{history:?}");
    let published: Value = serde_json::from_slice(&fs_err::read(wall.volume().join("config.json"))?)?;
    ensure!(published["sources"][format!("ssm:{}", crate::aws::PARAMETER)]["number"] == 2, "{published}");
    let object = &published["sources"][format!("s3://{}/{KEY}", crate::aws::BUCKET)];
    ensure!(object["sequencer"] == "0055AED602", "{published}");
    let (_, title) = history.last().context("the newest generation")?;
    ensure!(["Parameter 2", "Object 2"].contains(&title.as_str()), "{history:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_publishers_that_expect_the_same_generation_exactly_one_wins() -> Result<()> {
    let wall = Arc::new(Wall::builder()?.environments(ENVIRONMENTS).timeout_seconds(30).start().await?);
    for generation in 0..10 {
        let publish = |name: &str| {
            json!({
                "command": "change_config", "patch": {"title": format!("{name} {generation}")},
                "expected_generation": generation, "event": format!("{name}-{generation}"),
            })
        };
        let answers = at_once(&wall, vec![publish("ann"), publish("bob")]).await?;
        let won = answers.iter().filter(|answer| answer["generation"] == generation + 1).count();
        let lost = answers.iter().find(|answer| answer["error"] == "generation_conflict").context("no conflict")?;
        ensure!(won == 1 && lost["status"] == 409 && lost["field"] == "expected_generation", "{answers:?}");
        let current = format!("{}", generation + 1);
        ensure!(lost["message"].as_str().is_some_and(|text| text.contains(&current)), "{lost}");
    }
    Ok(())
}
