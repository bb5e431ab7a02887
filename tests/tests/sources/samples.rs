//! Every sample in `events/`, through the Runtime API.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tests::Wall;

use crate::aws::{Aws, KEY};

/// Returns the messages and the configuration that a page shows.
async fn shown(wall: &Wall) -> Result<(Vec<String>, Value)> {
    let messages = tests::message_texts(&wall.json("/api/messages?limit=100").await?)?;
    let config: Value = wall.json("/api/config").await?;
    Ok((messages, config["config"].clone()))
}

/// The samples that must leave the wall as it is.
const WITHOUT_EFFECT: [&str; 20] = [
    "appconfig-deployment-complete",
    "appconfig-deployment-start",
    "direct-file-history",
    "direct-publish-file",
    "direct-read",
    "direct-remove",
    "direct-restore",
    "direct-rollback-config",
    "direct-rollback-file",
    "eventbridge-config-rollback",
    "eventbridge-file-publication",
    "eventbridge-file-rollback",
    "http-api-2.0-get",
    "lambda-destination",
    "load-balancer-multi-value-get",
    "rest-api-get",
    "s3-object-deleted",
    "sqs-s3-test",
    "ssm-parameter-delete",
    "ssm-parameter-label",
];

fn samples(directory: &str) -> Result<BTreeMap<String, Value>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(directory);
    let mut samples = BTreeMap::new();
    for file in fs_err::read_dir(root)? {
        let path = file?.path();
        if path.extension().is_some_and(|end| end == "json") {
            let name = path.file_stem().and_then(|name| name.to_str()).context("the name of a sample")?.to_owned();
            samples.insert(name, serde_json::from_slice(&fs_err::read(&path)?)?);
        }
    }
    Ok(samples)
}

#[tokio::test]
async fn each_sample_changes_what_a_page_shows_or_leaves_it_as_it_must() -> Result<()> {
    let aws = Aws::start().await?;
    aws.put_parameter(r#"{"title": "From Parameter Store"}"#).await?;
    aws.put_object(KEY, b"title: From S3", "").await?;
    for directory in ["events", "events/unserved"] {
        for (name, event) in samples(directory)? {
            let wall = aws.wall().await?;
            wall.post("First").await?.success()?;
            let before = tests::eventually("the first message", async || {
                let shown = shown(&wall).await?;
                ensure!(shown.0 == ["First"], "{shown:?}");
                Ok(shown)
            })
            .await?;
            let reply = wall.invocation(event.to_string()).await?;
            let has_effect = directory == "events" && !WITHOUT_EFFECT.contains(&name.as_str());
            if has_effect {
                ensure!(reply.header("x-amz-function-error").is_empty(), "{name}: {}", reply.text()?);
                tests::eventually(&name, async || {
                    ensure!(shown(&wall).await? != before, "{name} changes nothing: {}", reply.text()?);
                    Ok(())
                })
                .await?;
            } else {
                // A later message is shown after everything that the event may have done.
                wall.post("Last").await?.success()?;
                tests::eventually("the last message", async || {
                    let after = shown(&wall).await?;
                    ensure!(after.0.last().is_some_and(|text| text == "Last"), "{after:?}");
                    ensure!(after.0 == ["First", "Last"] && after.1 == before.1, "{name} changes the wall: {after:?}");
                    Ok(())
                })
                .await?;
            }
        }
    }
    Ok(())
}
