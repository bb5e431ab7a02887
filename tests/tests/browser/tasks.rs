//! The page behind a proxy that sends each request to the next task.

use anyhow::Result;
use serde_json::json;
use tests::{Nginx, Wall};

use crate::browser::Browser;

#[tokio::test]
async fn two_tasks_behind_a_proxy_are_one_wall_to_the_page() -> Result<()> {
    let wall = Wall::builder()?.variable("MESSAGEWALL_READERS", "2").start().await?;
    wall.post("before").await?.success()?;
    let mut proxy = Nginx::before_tasks(&wall.tasks()?).await?;
    let browser = Browser::open(&format!("http://{}/", proxy.address)).await?;
    browser.until_message("before").await?;
    let mut expected = vec!["before".to_owned()];
    // The page posts at one task and hears of it from the other. After an interruption its stream may come from either.
    for round in 0..4 {
        let [typed, missed] = ["typed", "missed"].map(|kind| format!("{kind} {round}"));
        browser.element("#text").await?.send_keys(&typed).await?;
        browser.element("#post").await?.click().await?;
        browser.until_message(&typed).await?;
        browser
            .until("a settled outbox", "return document.querySelector('#outbox').childElementCount === 0", &[])
            .await?;
        proxy = proxy
            .interrupt(async || {
                browser.until_shown("body", "The connection is lost").await?;
                wall.post(missed.clone()).await?.success().map(drop)
            })
            .await?;
        browser.until_message(&missed).await?;
        browser.until_shown("#connection", "live").await?;
        expected.splice(0..0, [missed, typed]);
    }
    assert_eq!(browser.messages().await?, json!(expected), "each once, newest first");
    browser.not_reloaded().await?;
    browser.quit().await
}
