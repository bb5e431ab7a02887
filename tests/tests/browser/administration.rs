//! Administration from the page.

use anyhow::{Result, ensure};
use serde_json::json;
use tests::Wall;

use crate::browser::Browser;

async fn wall() -> Result<Wall> {
    let wall = Wall::builder()?.admin_token("secret").start().await?;
    wall.post_all(&["one", "two", "three"]).await?;
    Ok(wall)
}

#[tokio::test]
async fn an_administrator_clears_the_wall_and_brings_it_back_by_keyboard() -> Result<()> {
    let wall = wall().await?;
    let browser = Browser::open(&wall.page("/login?token=secret")).await?;
    browser.until_shown("#admin-bar", "Admin, until").await?;
    let press = |selector: &'static str| {
        let browser = &browser;
        async move {
            browser.until(selector, "return Boolean(document.querySelector(arguments[0]))", &[json!(selector)]).await?;
            browser.run("document.querySelector(arguments[0]).focus()", &[json!(selector)]).await?;
            browser.keys("\u{e007}").await
        }
    };
    press("#clear").await?;
    browser.until_shown("#clear-ask", "3 messages go").await?;
    let focused = "return document.activeElement.textContent === 'Keep them'";
    browser.until("the harmless one has the focus", focused, &[]).await?;
    browser.keys("\u{e00c}").await?;
    browser.until("a question that is closed", "return document.querySelector('#clear-ask').hidden", &[]).await?;
    press("#clear").await?;
    press("#clear-ask .danger").await?;
    browser.until("an empty wall", "return document.querySelectorAll('#list > li').length === 0", &[]).await?;
    wall.post("since").await?.success()?;
    browser.until_message("since").await?;
    press("#admin-said button").await?;
    browser.until_shown("#admin-said", "3 messages are back").await?;
    browser.until_message("one").await?;
    assert_eq!(browser.messages().await?, json!(["since", "three", "two", "one"]));
    browser.not_reloaded().await?;
    browser.no_complaints().await?;
    browser.quit().await
}

#[tokio::test]
async fn everything_can_be_administered_without_javascript() -> Result<()> {
    let wall = wall().await?;
    let browser = Browser::open_without_javascript(&wall.page("/")).await?;
    browser.element("#session a[href='/admin']").await?.click().await?;
    browser.element("#stranger a").await?.click().await?;
    browser.element("#token").await?.send_keys("secret").await?;
    browser.element("form button").await?.click().await?;
    browser.until_shown("#messages", "two").await?;
    browser.element("#messages li:nth-child(2) summary").await?.click().await?;
    browser.element("#messages li:nth-child(2) button").await?.click().await?;
    browser.until_shown("main", "The message is removed.").await?;
    ensure!(wall.get().await? == "one\nthree\n");
    browser.element("main > details summary").await?.click().await?;
    browser.until_shown("main > details", "2 messages go").await?;
    browser.element("main > details button").await?.click().await?;
    browser.until_shown("main", "The wall is cleared.").await?;
    ensure!(wall.get().await? == "No message yet.");
    browser.element("form.ask button").await?.click().await?;
    browser.until_shown("main", "The messages are back.").await?;
    ensure!(wall.get().await? == "one\nthree\n");
    browser.element("#signed-in button").await?.click().await?;
    browser.until_shown("#list", "three").await?;
    browser.quit().await
}
