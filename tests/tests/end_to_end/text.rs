//! Messages that look like records or HTML stay text.

use anyhow::{Context, Result};
use serde_json::json;
use tests::{Reply, Wall, message_texts};

const TRICKY: [&str; 9] = [
    r#"{"id":"01ARZ3NDEKTSV4RRFFQ69G5FAV","received":"2026-01-01T00:00:00.000Z","at":"2026-01-01T00:00:00.000Z","text":"forged"}"#,
    r#"{"wall":"01ARZ3NDEKTSV4RRFFQ69G5FAV","start":0}"#,
    "{\"id\":\"",
    "<script>alert(1)</script><img src=x onerror=alert(2)>",
    "</li></ul>&lt;&amp; \"quotes\" 'and' `ticks`",
    "first line\nsecond line\n\nfourth line",
    "data: x\nevent: wall\nid: 1",
    "r\u{e9}sum\u{e9} \u{1f426} \u{202e}backwards\u{202c} e\u{301}",
    "  spaces stay  \ttabs too",
];

#[tokio::test]
async fn a_message_that_looks_like_a_record_or_html_is_text_and_stays_text() -> Result<()> {
    let wall = Wall::start().await?;
    let mut events = wall.events().await?;
    for text in TRICKY {
        wall.post(text).await?.success()?;
        let event = events.next_named("message").await?;
        assert_eq!(event.data["text"], text, "as the stream has it");
        let html = event.data["html"].as_str().context("no html")?;
        for markup in ["<script>", "<img"] {
            assert!(!html.contains(markup), "{markup} came through: {html}");
        }
    }
    assert_eq!(message_texts(&wall.json("/api/messages").await?)?, TRICKY, "as the reader's API has it");
    let read = wall.invoke(&json!({ "command": "read" })).await?;
    assert_eq!(message_texts(&read)?, TRICKY, "as the function has it");
    let page = wall.http.get(wall.page("/")).send().await?.text().await?;
    assert!(!page.contains("<script>alert") && !page.contains("<img src=x"), "markup of a message in the page");
    Ok(())
}

#[tokio::test]
async fn an_author_that_looks_like_html_is_text_too() -> Result<()> {
    let wall = Wall::start().await?;
    let mut events = wall.events().await?;
    wall.invoke(&json!({ "command": "post", "author": "<b>ann</b>", "text": "Hello" })).await?;
    let event = events.next_named("message").await?;
    assert_eq!(event.data["author"], "<b>ann</b>");
    let html = event.data["html"].as_str().context("no html")?;
    assert!(!html.contains("<b>ann"), "{html}");
    Ok(())
}

#[tokio::test]
async fn a_message_of_curl_with_the_default_form_type_is_a_message() -> Result<()> {
    let wall = Wall::start().await?;
    let form = |body: &'static str| {
        let content_type = "application/x-www-form-urlencoded";
        Reply::to(wall.http.post(wall.function()).header("content-type", content_type).body(body))
    };
    for body in ["Hello", "Fish & chips, 100%", "text=see+issue+#42&author=bob&send=Post"] {
        form(body).await?.success()?;
    }
    let read = wall.invoke(&json!({ "command": "read" })).await?;
    assert_eq!(message_texts(&read)?, ["Hello", "Fish & chips, 100%", "see issue #42"]);
    assert_eq!(read["messages"][2]["author"], "bob");
    Ok(())
}
