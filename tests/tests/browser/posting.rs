//! Posting from the page.

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use tests::{Wall, eventually};

use crate::browser::Browser;

async fn write(browser: &Browser, text: &str) -> Result<()> {
    let field = browser.element("#text").await?;
    field.clear().await?;
    field.send_keys(text).await?;
    Ok(browser.element("#post").await?.click().await?)
}

async fn got(wall: &Wall, expected: &str) -> Result<()> {
    eventually("the message in a GET", async || {
        let messages = wall.get().await?;
        ensure!(messages == expected, "a GET has {messages:?}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_message_posted_in_the_page_appears_in_a_get_and_in_every_page() -> Result<()> {
    let wall = Wall::start().await?;
    let (first, second) = (Browser::open(&wall.page("/")).await?, Browser::open(&wall.page("/")).await?);
    first.element("#author").await?.send_keys("ann").await?;
    write(&first, "Hello from the page").await?;
    got(&wall, "Hello from the page\n").await?;
    for browser in [&first, &second] {
        browser.until_message("Hello from the page").await?;
        browser.until_shown("#list", "ann").await?;
        assert_eq!(browser.messages().await?, json!(["Hello from the page"]), "once");
        browser.not_reloaded().await?;
        browser.no_complaints().await?;
    }
    let emptied = "return document.querySelector('#text').value === ''";
    first.until("an empty field for the next message", emptied, &[]).await?;
    first.quit().await?;
    second.quit().await
}

#[tokio::test]
async fn a_double_click_posts_once_and_complains_of_nothing() -> Result<()> {
    let wall = Wall::start().await?;
    let browser = Browser::open(&wall.page("/")).await?;
    browser.element("#text").await?.send_keys("once").await?;
    browser.run("const post = document.querySelector('#post'); post.click(); post.click(); return true", &[]).await?;
    browser.until_message("once").await?;
    // A click on an empty form is a place to write, and no request.
    browser.run("document.activeElement.blur(); document.querySelector('#post').click(); return true", &[]).await?;
    let focused = "return document.activeElement.id === 'text' && document.querySelector('#refused').hidden";
    browser.until("the field", focused, &[]).await?;
    got(&wall, "once\n").await?;
    browser.no_complaints().await?;
    browser.quit().await
}

#[tokio::test]
async fn a_refused_message_shows_the_reason_and_keeps_the_typed_text() -> Result<()> {
    let wall = Wall::start().await?;
    wall.change_config(&json!({ "blocked_words": ["spam"] })).await?;
    let browser = Browser::open(&wall.page("/")).await?;
    write(&browser, "This is spam").await?;
    browser.until_shown("#refused", "spam").await?;
    let kept = browser.run("return document.querySelector('#text').value", &[]).await?;
    assert_eq!(kept, "This is spam");
    write(&browser, "This is not").await?;
    browser.until_message("This is not").await?;
    browser.until("no refusal any more", "return document.querySelector('#refused').hidden", &[]).await?;
    browser.not_reloaded().await?;
    assert_eq!(wall.get().await?, "This is not\n");
    browser.quit().await
}

#[tokio::test]
async fn a_message_that_is_too_long_is_reported_before_or_after_it_is_sent() -> Result<()> {
    let wall = Wall::start().await?;
    wall.change_config(&json!({ "max_message_chars": 20 })).await?;
    let browser = Browser::open(&wall.page("/")).await?;
    write(&browser, &"x".repeat(30)).await?;
    browser.until_shown("#composer", "20").await?;
    let invalid =
        "const text = document.querySelector('#text'); return text.ariaInvalid === 'true' || !text.checkValidity()";
    browser.until("a field that is marked", invalid, &[]).await?;
    assert_eq!(wall.get().await?, "No message yet.");
    browser.quit().await
}

#[tokio::test]
async fn posting_that_is_closed_while_a_user_types_is_reported() -> Result<()> {
    let wall = Wall::start().await?;
    let browser = Browser::open(&wall.page("/")).await?;
    browser.element("#text").await?.send_keys("Half a thought").await?;
    wall.change_config(&json!({ "posting": "closed" })).await?;
    browser.until_shown("#composer", "Posting is closed").await?;
    browser.until("no button to press", "return document.querySelector('#post').matches(':disabled')", &[]).await?;
    wall.change_config(&json!({ "posting": "open" })).await?;
    browser.until("a button to press", "return !document.querySelector('#post').matches(':disabled')", &[]).await?;
    let kept = browser.run("return document.querySelector('#text').value", &[]).await?;
    assert_eq!(kept, "Half a thought");
    browser.quit().await
}

#[tokio::test]
async fn the_page_is_usable_without_javascript() -> Result<()> {
    let wall = Wall::start().await?;
    wall.post("was there before").await?.success()?;
    wall.change_config(&json!({ "blocked_words": ["spam"] })).await?;
    let browser = Browser::open_without_javascript(&wall.page("/")).await?;
    browser.until_shown("#list", "was there before").await?;
    write(&browser, "Hello without JavaScript").await?;
    got(&wall, "was there before\nHello without JavaScript\n").await?;
    eventually("the wall again", async || {
        browser.reload().await?;
        ensure!(browser.text("#list").await?.contains("Hello without JavaScript"), "it is not on the page");
        Ok(())
    })
    .await?;
    write(&browser, "This is spam").await?;
    browser.until_shown("#refused", "spam").await?;
    let typed = browser.element("#text").await?.value().await?;
    ensure!(typed.as_deref() == Some("This is spam"), "what was typed is lost: {typed:?}");
    browser.quit().await
}

#[tokio::test]
async fn a_page_whose_reader_has_no_function_only_shows_the_wall() -> Result<()> {
    let wall = Wall::start().await?;
    wall.post("Hello").await?.success()?;
    let reader = wall.second_reader().await?;
    let browser = Browser::open(&reader.url("/")).await?;
    browser.until_message("Hello").await?;
    ensure!(
        browser.run("return document.querySelector('#post').matches(':disabled')", &[]).await? == Value::Bool(true)
    );
    browser.quit().await
}
