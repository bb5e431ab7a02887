//! Documents in Parameter Store and S3.

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use tests::Wall;

use crate::aws::{Aws, KEY, PARAMETER, ensure_published, object_event, parameter_event, schedule};
use crate::page::Page;

/// Returns the refused events of a wall, oldest first.
pub(crate) fn rejected(wall: &Wall) -> Result<Vec<Value>> {
    let Ok(files) = fs_err::read_dir(wall.volume().join("rejected")) else { return Ok(Vec::new()) };
    let mut paths = files.map(|file| Ok(file?.path())).collect::<Result<Vec<_>>>()?;
    paths.sort();
    paths.iter().map(|path| Ok(serde_json::from_slice(&fs_err::read(path)?)?)).collect()
}

#[tokio::test]
async fn a_changed_parameter_is_what_an_open_page_shows() -> Result<()> {
    let aws = Aws::start().await?;
    let wall = aws.wall().await?;
    let mut page = Page::open(&wall).await?;
    aws.put_parameter(r#"{"title": "From Parameter Store", "max_message_chars": 280}"#).await?;
    ensure_published(&wall.invoke(&parameter_event("e-1", "Create")).await?, 1)?;
    page.title("From Parameter Store").await?;
    aws.put_parameter(r#"{"title": "Version two"}"#).await?;
    let answer = wall.invoke(&parameter_event("e-2", "Update")).await?;
    ensure_published(&answer, 2)?;
    page.title("Version two").await?;
    let cause = &answer["cause"];
    ensure!(cause["document"] == format!("ssm:{PARAMETER}") && cause["version"] == "2", "{cause}");
    ensure!(cause["source"] == "aws.ssm" && cause["event"] == "eventbridge:e-2", "{cause}");
    ensure!(answer["config"]["max_message_chars"] == 500, "a document is a whole configuration: {answer}");
    Ok(())
}

#[tokio::test]
async fn a_changed_object_is_what_an_open_page_shows_whatever_its_format() -> Result<()> {
    let aws = Aws::start().await?;
    let wall = aws.wall().await?;
    let mut page = Page::open(&wall).await?;
    for (number, (content, content_type)) in [
        ("title: From YAML\nposting: closed\n", "binary/octet-stream"),
        ("title = 'From TOML'\nposting = 'closed'\n", "application/toml"),
        ("{\"title\": \"From JSON\", \"posting\": \"closed\"}", "application/json"),
    ]
    .into_iter()
    .enumerate()
    {
        aws.put_object(KEY, content.as_bytes(), content_type).await?;
        let answer = wall.invoke(&object_event(&format!("e-{number}"), &format!("0055AED6DCD9028{number}"))).await?;
        ensure_published(&answer, number as u64 + 1)?;
        ensure!(answer["config"]["posting"] == "closed", "{answer}");
        page.title(["From YAML", "From TOML", "From JSON"][number]).await?;
    }
    Ok(())
}

#[tokio::test]
async fn an_event_that_arrives_late_changes_nothing() -> Result<()> {
    let aws = Aws::start().await?;
    let wall = aws.wall().await?;
    aws.put_object(KEY, b"title: Newest", "").await?;
    ensure_published(&wall.invoke(&object_event("newest", "00617F08299329D190")).await?, 1)?;
    // Another content without its event, so that reading the object again would be seen.
    aws.put_object(KEY, b"title: Not announced", "").await?;
    for (id, sequencer) in [("older", "00617F08299329D189"), ("another delivery", "00617F08299329D190")] {
        let answer = wall.invoke(&object_event(id, sequencer)).await?;
        ensure!(answer["generation"] == 1 && answer["unchanged"].is_string(), "{id}: {answer}");
    }
    aws.put_parameter(r#"{"title": "One"}"#).await?;
    ensure_published(&wall.invoke(&parameter_event("p-1", "Create")).await?, 2)?;
    let late = wall.invoke(&parameter_event("p-0", "Update")).await?;
    ensure!(late["generation"] == 2 && late["unchanged"].is_string(), "{late}");
    for operation in ["Delete", "LabelParameterVersion"] {
        let answer = wall.invoke(&parameter_event(operation, operation)).await?;
        ensure!(answer["nothing"].is_string(), "{answer}");
    }
    Ok(())
}

#[tokio::test]
async fn a_change_without_an_event_is_found_by_a_schedule() -> Result<()> {
    let aws = Aws::start().await?;
    let wall = aws.wall().await?;
    let mut page = Page::open(&wall).await?;
    aws.put_parameter(r#"{"title": "One"}"#).await?;
    aws.put_object(KEY, b"title: Object", "").await?;
    ensure_published(&wall.invoke(&object_event("o-1", "0055AED6DCD90281E5")).await?, 1)?;
    ensure_published(&wall.invoke(&parameter_event("p-1", "Create")).await?, 2)?;
    let answer = wall.invoke(&schedule("s-1")).await?;
    ensure!(
        answer["reconciled"].as_array().is_some_and(|all| all.iter().all(|one| one["unchanged"] == true)),
        "{answer}"
    );

    aws.put_parameter(r#"{"title": "Lost event"}"#).await?;
    wall.invoke(&schedule("s-2")).await?;
    let config = page.title("Lost event").await?;
    ensure!(config["generation"] == 3, "{config}");
    let published: Value = serde_json::from_slice(&fs_err::read(wall.volume().join("config.json"))?)?;
    ensure!(published["cause"]["reconciled"] == true && published["cause"]["version"] == "2", "{published}");

    // The event arrives after all, and an operator has changed a field in the meantime.
    wall.change_config(&json!({"posting": "closed"})).await?;
    let late = wall.invoke(&parameter_event("p-2", "Update")).await?;
    ensure!(late["generation"] == 4 && late["unchanged"].is_string(), "{late}");
    let answer = wall.invoke(&schedule("s-3")).await?;
    ensure!(answer["reconciled"][0]["generation"] == 4, "{answer}");
    Ok(())
}

#[tokio::test]
async fn a_document_that_cannot_be_published_is_refused_with_its_place_and_nothing_changes() -> Result<()> {
    let aws = Aws::start().await?;
    let wall = aws.wall().await?;
    wall.change_config(&json!({"title": "Good"})).await?;
    let large = format!("title: {}\n", "x".repeat(300 * 1024));
    for (number, (content, error, place)) in [
        (&b"title: Wall\nposting: [open\n"[..], "source_invalid", "line 2, column 10"),
        (b"title: Wall\nmax_message_chars: 9000\n", "config_invalid", "max_message_chars"),
        (b"\xff\xfet\0i\0", "source_invalid", "UTF-16"),
        (large.as_bytes(), "source_too_large", "262144 bytes"),
    ]
    .into_iter()
    .enumerate()
    {
        aws.put_object(KEY, content, "").await?;
        let answer = wall.invoke(&object_event(&format!("e-{number}"), &format!("0055AED{number}"))).await?;
        ensure!(answer["error"] == error && answer["message"].to_string().contains(place), "{answer}");
        let stored = rejected(&wall)?;
        let last = stored.last().map(|file| (file["error"].clone(), file["event"]["id"].clone()));
        ensure!(last == Some((json!(error), json!(format!("e-{number}")))), "{last:?}");
    }
    let missing = wall.invoke(&parameter_event("p-1", "Update")).await?;
    ensure!(missing["error"] == "source_missing", "{missing}");
    ensure!(wall.json("/api/config").await?["generation"] == 1);
    Ok(())
}

#[tokio::test]
async fn a_source_that_does_not_answer_is_a_function_error_and_the_next_attempt_succeeds() -> Result<()> {
    let aws = Aws::start().await?;
    let silent = std::net::TcpListener::bind("127.0.0.1:0")?;
    let url = format!("http://{}", silent.local_addr()?);
    let wall = aws.builder()?.variable("AWS_ENDPOINT_URL_SSM", url).start().await?;
    let reply = wall.invocation(parameter_event("e-1", "Create").to_string()).await?;
    ensure!(!reply.header("x-amz-function-error").is_empty(), "{}", reply.text()?);
    let error: Value = reply.json()?;
    ensure!(error["errorType"] == "source_unavailable", "{error}");
    ensure!(rejected(&wall)?.is_empty(), "what is repeated is not refused");
    // The object can still be published.
    aws.put_object(KEY, b"title: Object", "").await?;
    ensure_published(&wall.invoke(&object_event("o-1", "0055AED6DCD90281E5")).await?, 1)?;
    Ok(())
}

#[tokio::test]
async fn an_event_about_another_document_is_refused_with_the_setting() -> Result<()> {
    let aws = Aws::start().await?;
    let wall = aws.wall().await?;
    let mut event = parameter_event("e-1", "Update");
    event["detail"]["name"] = json!("/another/config");
    let answer = wall.invoke(&event).await?;
    ensure!(answer["error"] == "source_not_followed", "{answer}");
    ensure!(answer["message"].as_str().is_some_and(|text| text.contains("CONFIG_PARAMETER")), "{answer}");
    ensure!(rejected(&wall)?.len() == 1);
    Ok(())
}
