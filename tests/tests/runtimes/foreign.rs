//! The Python function of the blog post, which writes to the same volume.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use serde_json::Value;
use tests::{Wall, eventually, message_texts};

use crate::tool::{printed, tool};

/// Runs the function of the blog post on the volume of the wall, once for each body.
async fn python(wall: &Wall, method: &str, bodies: &[String]) -> Result<String> {
    let mut command = tool("python3");
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/runtimes/blog_function.py"));
    command.arg(method).args(bodies).env("WALL_DIR", wall.volume());
    Ok(String::from_utf8(printed(command).await?)?)
}

async fn reader_has(wall: &Wall, expected: &[&str]) -> Result<Value> {
    eventually("these messages at the reader", async || {
        let page = wall.json("/api/messages").await?;
        let texts = message_texts(&page)?;
        ensure!(texts == expected, "it has {texts:?}");
        Ok(page)
    })
    .await
}

#[tokio::test]
async fn a_plain_line_is_a_message_without_an_author() -> Result<()> {
    let wall = Wall::start().await?;
    let mut events = wall.events().await?;
    python(&wall, "POST", &["Hello from Python".to_owned()]).await?;
    let event = events.until("the line", |event| event.name == "message" || event.data["messages"][0].is_object());
    let line = match event.await? {
        event if event.name == "message" => event.data,
        event => event.data["messages"][0].clone(),
    };
    assert_eq!(line["text"], "Hello from Python");
    assert!(line["author"].is_null(), "{line}");
    wall.post("Hello from Rust").await?.success()?;
    assert_eq!(wall.get().await?, "Hello from Python\nHello from Rust\n");
    reader_has(&wall, &["Hello from Python", "Hello from Rust"]).await?;
    Ok(())
}

#[tokio::test]
async fn a_line_that_looks_like_html_or_damage_is_text() -> Result<()> {
    let wall = Wall::start().await?;
    python(&wall, "POST", &["<script>alert(1)</script>".to_owned(), r#"{"some":"json"}"#.to_owned()]).await?;
    reader_has(&wall, &["<script>alert(1)</script>", r#"{"some":"json"}"#]).await?;
    let page = wall.http.get(wall.page("/")).send().await?.text().await?;
    ensure!(!page.contains("<script>alert"), "markup of a line in the page");
    Ok(())
}

#[tokio::test]
async fn a_log_that_python_deletes_is_an_empty_wall_that_the_function_continues() -> Result<()> {
    let wall = Wall::start().await?;
    wall.post_all(&["one", "two"]).await?;
    reader_has(&wall, &["one", "two"]).await?;
    assert_eq!(python(&wall, "DELETE", &[]).await?, "Messages deleted.\n");
    reader_has(&wall, &[]).await?;
    assert_eq!(wall.get().await?, "No message yet.");
    wall.post("three").await?.success()?;
    python(&wall, "POST", &["four".to_owned()]).await?;
    reader_has(&wall, &["three", "four"]).await?;
    Ok(())
}

#[tokio::test]
async fn both_write_at_the_same_time_and_nothing_is_lost() -> Result<()> {
    const EACH: usize = 150;
    let wall = Wall::builder()?.environments(4).start().await?;
    let bodies = |who: &str| (0..EACH).map(|number| format!("{who} {number}")).collect::<Vec<_>>();
    let (first, second) = (bodies("python"), bodies("another python"));
    let ours = bodies("rust");
    let post_ours = async {
        for text in &ours {
            wall.post(text.clone()).await?.success()?;
        }
        anyhow::Ok(())
    };
    let all = tokio::join!(python(&wall, "POST", &first), python(&wall, "POST", &second), post_ours);
    all.0?;
    all.1?;
    all.2?;
    let expected: BTreeMap<_, _> = [first, second, ours].concat().into_iter().map(|text| (text, 1)).collect();
    eventually("every message once", async || {
        let mut found = BTreeMap::new();
        for text in message_texts(&wall.json("/api/messages?limit=1000").await?)? {
            *found.entry(text).or_insert(0) += 1;
        }
        let differing = |(text, times): &(&String, &i32)| found.get(*text) != Some(*times);
        let lost: Vec<_> = expected.iter().filter(differing).collect();
        ensure!(lost.is_empty() && found.len() == expected.len(), "{} messages, not once each: {lost:?}", found.len());
        Ok(())
    })
    .await
}

#[tokio::test]
async fn messages_are_accepted_while_python_deletes_the_log_repeatedly() -> Result<()> {
    let wall = Wall::builder()?.environments(4).start().await?;
    let deletes = vec![String::new(); 300];
    let posts = async {
        for number in 0..150 {
            wall.post(format!("message {number}")).await?.success()?;
        }
        anyhow::Ok(())
    };
    let (deleted, posted) = tokio::join!(python(&wall, "DELETE", &deletes), posts);
    deleted?;
    posted?;
    wall.post("the last").await?.success()?;
    eventually("the last message", async || {
        let texts = message_texts(&wall.json("/api/messages").await?)?;
        ensure!(texts.last().is_some_and(|text| text == "the last"), "it has {texts:?}");
        Ok(())
    })
    .await
}
