//! Documents in Parameter Store and S3 that are published as files.

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use tests::Wall;

use crate::aws::{Aws, BUCKET, object_event_of, schedule};
use crate::documents::rejected;

const KEY: &str = "apps/app.yaml";
const PARAMETER: &str = "/app/hosts";

impl Aws {
    /// Starts a wall that publishes an object and a parameter as files.
    async fn wall_with_files(&self) -> Result<Wall> {
        let files = format!("app.yaml=s3://{BUCKET}/{KEY}, hosts=ssm:{PARAMETER}");
        self.builder()?.variable("FILES", files).start().await
    }

    async fn put_hosts(&self, value: &str) -> Result<()> {
        let name = ["ssm", "put-parameter", "--name", PARAMETER, "--type", "String", "--overwrite"];
        self.cli(&[&name[..], &["--value", value]].concat()).await.map(drop)
    }
}

fn object(id: &str, sequencer: &str) -> Value {
    object_event_of(KEY, id, sequencer)
}

fn hosts(id: &str, operation: &str) -> Value {
    let detail = json!({"operation": operation, "name": PARAMETER, "type": "String"});
    support::eventbridge_from(id, "aws.ssm", "Parameter Store Change", &detail)
}

fn current(wall: &Wall, name: &str) -> Result<Vec<u8>> {
    Ok(fs_err::read(wall.volume().join("files").join(name).join("current"))?)
}

#[tokio::test]
async fn a_changed_object_or_parameter_is_published_byte_for_byte_under_its_name() -> Result<()> {
    let aws = Aws::start().await?;
    let wall = aws.wall_with_files().await?;
    for (generation, bytes) in [(1, &b"tier: gold\n"[..]), (2, b"\xff\xfe\0no text and no YAML: [")] {
        aws.put_object(KEY, bytes, "application/yaml").await?;
        let sequencer = format!("0055AED6DCD9028{generation}");
        let answer = wall.invoke(&object(&format!("o-{generation}"), &sequencer)).await?;
        ensure!(answer["name"] == "app.yaml" && answer["generation"] == generation, "{answer}");
        ensure!(current(&wall, "app.yaml")? == bytes);
    }
    aws.put_hosts("10.0.0.7 db").await?;
    let answer = wall.invoke(&hosts("p-1", "Create")).await?;
    ensure!(answer["name"] == "hosts" && answer["generation"] == 1 && answer["repeated"] == false, "{answer}");
    ensure!(wall.invoke(&hosts("p-1", "Create")).await?["repeated"] == true);
    ensure!(current(&wall, "hosts")? == b"10.0.0.7 db");
    let listed = wall.invoke(&json!({"command": "file_history", "name": "hosts"})).await?;
    let cause = &listed["generations"][0]["cause"];
    ensure!(cause["document"] == format!("ssm:{PARAMETER}") && cause["version"] == "1", "{listed}");
    ensure!(!wall.volume().join("config.json").exists(), "the configuration is another document");
    Ok(())
}

#[tokio::test]
async fn a_late_event_about_a_file_changes_nothing_and_a_lost_one_is_found_by_a_schedule() -> Result<()> {
    let aws = Aws::start().await?;
    let wall = aws.wall_with_files().await?;
    aws.put_object(KEY, b"newest", "").await?;
    wall.invoke(&object("newest", "00617F08299329D190")).await?;
    // Another content without its event, so that reading the object again would be seen.
    aws.put_object(KEY, b"not announced", "").await?;
    for (id, sequencer) in [("older", "00617F08299329D189"), ("another delivery", "00617F08299329D190")] {
        let answer = wall.invoke(&object(id, sequencer)).await?;
        ensure!(answer["generation"] == 1 && answer["unchanged"].is_string(), "{id}: {answer}");
        ensure!(current(&wall, "app.yaml")? == b"newest");
    }
    let deleted = wall.invoke(&hosts("p-0", "Delete")).await?;
    ensure!(deleted["nothing"].is_string(), "{deleted}");
    aws.put_hosts("10.0.0.7 db").await?;
    aws.put_parameter(r#"{"title": "Wall"}"#).await?;
    aws.put_object(crate::aws::KEY, b"title: Object", "").await?;
    let answer = wall.invoke(&schedule("s-1")).await?;
    ensure!(answer["reconciled"].as_array().is_some_and(|all| all.len() == 4), "{answer}");
    ensure!(current(&wall, "app.yaml")? == b"not announced" && current(&wall, "hosts")? == b"10.0.0.7 db");
    let again = wall.invoke(&schedule("s-2")).await?;
    let unchanged = |one: &Value| one["unchanged"] == true;
    ensure!(again["reconciled"].as_array().is_some_and(|all| all[2..].iter().all(unchanged)), "{again}");
    Ok(())
}

#[tokio::test]
async fn an_object_that_breaks_the_schema_of_its_file_is_refused_and_nothing_changes() -> Result<()> {
    let aws = Aws::start().await?;
    let wall = aws.wall_with_files().await?;
    aws.put_object(KEY, b"port: 80", "").await?;
    wall.invoke(&object("o-1", "0055AED601")).await?;
    fs_err::write(
        wall.volume().join("files/app.yaml/schema.json"),
        r#"{"properties": {"port": {"type": "integer"}}}"#,
    )?;
    aws.put_object(KEY, b"port: eighty", "").await?;
    let answer = wall.invoke(&object("o-2", "0055AED602")).await?;
    ensure!(answer["error"] == "file_invalid", "{answer}");
    ensure!(answer["message"].as_str().is_some_and(|text| text.starts_with("content: /port: ")), "{answer}");
    ensure!(current(&wall, "app.yaml")? == b"port: 80");
    ensure!(rejected(&wall)?.iter().any(|file| file["event"]["id"] == "o-2"));
    aws.put_object(KEY, b"port: 81", "").await?;
    ensure!(wall.invoke(&object("o-3", "0055AED603")).await?["generation"] == 2);
    Ok(())
}

#[tokio::test]
async fn an_event_about_another_object_names_both_settings() -> Result<()> {
    let aws = Aws::start().await?;
    let wall = aws.wall_with_files().await?;
    let answer = wall.invoke(&object_event_of("another", "o-1", "01")).await?;
    let message = answer["message"].as_str().unwrap_or_default();
    ensure!(answer["error"] == "source_not_followed", "{answer}");
    ensure!(message.ends_with("CONFIG_OBJECT and FILES name those that are"), "{message}");
    Ok(())
}
