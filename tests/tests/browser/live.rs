//! Changes that appear on an open page.

use std::process::Command;

use anyhow::{Result, ensure};
use serde_json::json;
use tempfile::TempDir;
use tests::{Wall, binary};

use crate::browser::Browser;

#[tokio::test]
async fn a_message_posted_by_curl_appears_in_an_open_page() -> Result<()> {
    let wall = Wall::start().await?;
    let browser = Browser::open(&wall.page("/")).await?;
    for text in ["Hello from EFS!", "Hello again :)"] {
        wall.post(text).await?.success()?;
        browser.until_message(text).await?;
    }
    assert_eq!(browser.messages().await?, json!(["Hello again :)", "Hello from EFS!"]), "the newest first");
    browser.not_reloaded().await?;
    browser.no_complaints().await?;
    browser.quit().await
}

#[tokio::test]
async fn a_config_event_changes_the_open_page_without_a_reload() -> Result<()> {
    let wall = Wall::start().await?;
    let browser = Browser::open(&wall.page("/")).await?;
    let colour = "return getComputedStyle(document.querySelector('#post')).backgroundColor";
    let before = browser.run(colour, &[]).await?;
    let directory = TempDir::new()?;
    let event = directory.path().join("event.json");
    let patch = json!({
        "title": "A changed title",
        "banner": { "text": "A banner's text", "tone": "warning" },
        "accent": "#0b7a5c",
        "posting": "closed",
    });
    let request =
        json!({ "source": "messagewall", "detail-type": "Config Change Requested", "detail": { "patch": patch } });
    fs_err::write(&event, request.to_string())?;
    let mut command = Command::new(binary("messagewall")?);
    let output = command.arg("invoke").arg(&event).arg("--endpoint").arg(wall.api("")).output()?;
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));

    browser.until_shown("h1", "A changed title").await?;
    browser.until("the window's title", "return document.title === 'A changed title'", &[]).await?;
    browser.until_shown("#banner", "A banner's text").await?;
    browser.until_shown("#rules", "Posting is closed").await?;
    browser.until("no way to post", "return document.querySelector('#text').matches(':disabled')", &[]).await?;
    wall.change_config(&json!({ "posting": "open" })).await?;
    browser.until("a way to post", "return !document.querySelector('#text').matches(':disabled')", &[]).await?;
    let another = "return getComputedStyle(document.querySelector('#post')).backgroundColor !== arguments[0]";
    browser.until("another colour", another, &[before]).await?;
    wall.change_config(&json!({ "banner": null })).await?;
    browser.until("no banner", "return !document.querySelector('#banner').textContent.trim()", &[]).await?;
    browser.not_reloaded().await?;
    browser.no_complaints().await?;
    browser.quit().await
}

#[tokio::test]
async fn a_rejected_config_is_shown_in_the_open_page_until_it_is_fixed() -> Result<()> {
    let wall = Wall::start().await?;
    wall.change_config(&json!({ "title": "The good one" })).await?;
    let browser = Browser::open(&wall.page("/")).await?;
    fs_err::write(wall.volume().join("config.json"), r#"{"generation":2,"config":{"title":"x","colour":"red"}}"#)?;
    browser.until_shown("#notices", "colour").await?;
    browser.until_shown("h1", "The good one").await?;
    wall.change_config(&json!({ "title": "The next one" })).await?;
    browser.until_shown("h1", "The next one").await?;
    browser.until("no notice", "return !document.querySelector('#notices').textContent.trim()", &[]).await?;
    browser.not_reloaded().await?;
    browser.quit().await
}

#[tokio::test]
async fn a_cleared_wall_is_empty_in_the_open_page() -> Result<()> {
    let wall = Wall::start().await?;
    let browser = Browser::open(&wall.page("/")).await?;
    browser.until_shown("body", "Nothing is written yet").await?;
    wall.post("Hello").await?.success()?;
    browser.until_message("Hello").await?;
    wall.delete().await?;
    browser.until_shown("body", "Nothing is written yet").await?;
    assert_eq!(browser.messages().await?, json!([]));
    browser.not_reloaded().await?;
    browser.quit().await
}

#[tokio::test]
async fn markup_and_line_breaks_in_a_message_are_text() -> Result<()> {
    let wall = Wall::start().await?;
    let browser = Browser::open(&wall.page("/")).await?;
    let texts = [
        "<img src=x onerror='window.broken = 1'><script>window.broken = 2</script>",
        "first line\nsecond line\n\n  fourth line",
        "&lt;b&gt; </li></ol> \u{202e}backwards",
        r#"{"id":"01ARZ3NDEKTSV4RRFFQ69G5FAV","text":"forged"}"#,
        "javascript:alert(1) https://example.com/?a=1&b=\"2\" end",
    ];
    for text in texts {
        wall.post(text).await?.success()?;
        browser.until_message(text).await?;
    }
    let two_lines = "const text = [...document.querySelectorAll('#list .text')].find(it => it.textContent.startsWith('first line')); \
                     return text.innerText.split('\\n').length >= 4";
    browser.until("line breaks that are seen", two_lines, &[]).await?;
    browser.reload().await?;
    for text in texts {
        browser.until_message(text).await?;
    }
    ensure!(browser.run("return window.broken === undefined", &[]).await? == true, "a message was run");
    browser.no_complaints().await?;
    browser.quit().await
}
