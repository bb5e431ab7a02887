//! The page of the configuration's history.

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use tests::Wall;

use crate::browser::Browser;

/// Opens the page of the history and waits until it follows the wall.
async fn open(wall: &Wall) -> Result<Browser> {
    let browser = Browser::open(&wall.page("/")).await?;
    browser.element("nav a[href='/history']").await?.click().await?;
    let live = "return document.documentElement.dataset.connection === 'live'";
    browser.until("a live page", live, &[]).await?;
    browser.run("window.sameDocument = true", &[]).await?;
    Ok(browser)
}

/// Waits until the titles of the configurations on the page, from the top, are these.
async fn until_marks(browser: &Browser, marks: &[&str]) -> Result<()> {
    let script = "return JSON.stringify([...document.querySelectorAll('.mark')].map((it) => it.textContent)) \
                  === JSON.stringify(arguments[0])";
    browser.until(&format!("the items {marks:?}"), script, &[json!(marks)]).await
}

#[tokio::test]
async fn an_open_page_shows_a_change_and_a_spoilt_file_when_they_are_made() -> Result<()> {
    let wall = Wall::start().await?;
    let browser = open(&wall).await?;
    until_marks(&browser, &["0"]).await?;
    wall.change_config(&json!({ "title": "Release wall", "accent": "#1c7ed6" })).await?;
    until_marks(&browser, &["1", "0"]).await?;
    browser.until_shown("#timeline", "Release wall").await?;
    browser.until_shown("#timeline .force", "in force").await?;
    fs_err::write(wall.volume().join("config.json"), "{ \"posting\": opne }")?;
    until_marks(&browser, &["?", "1", "0"]).await?;
    browser.until_shown("#timeline .bad", "on disk, not in force").await?;
    browser.element(".fault summary").await?.click().await?;
    browser.until_shown(".fault pre", "opne").await?;
    browser.not_reloaded().await?;
    browser.no_complaints().await?;
    browser.quit().await
}

/// Signs in by the link on the page of the history.
async fn sign_in(browser: &Browser, token: &str) -> Result<()> {
    browser.element("#stranger a").await?.click().await?;
    browser.element("#token").await?.send_keys(token).await?;
    Ok(browser.element("form button").await?.click().await?)
}

#[tokio::test]
async fn an_administrator_changes_the_configuration_and_rolls_it_back() -> Result<()> {
    let wall = Wall::builder()?.admin_token("secret").start().await?;
    wall.change_config(&json!({ "title": "One" })).await?;
    let browser = open(&wall).await?;
    sign_in(&browser, "secret").await?;
    let title = browser.element("#change [name=title]").await?;
    title.clear().await?;
    title.send_keys("Two").await?;
    // The preview comes by itself.
    browser.until_shown("#preview", "Two").await?;
    browser.element("#change [name=note]").await?.send_keys("4.2.1 is out").await?;
    browser.element("#change [value=publish]").await?.click().await?;
    until_marks(&browser, &["2", "1", "0"]).await?;
    browser.until_shown("#timeline .force", "4.2.1 is out").await?;

    browser.element(".item:nth-child(2) .restore summary").await?.click().await?;
    browser.until_shown(".item:nth-child(2) .restore form", "What comes back").await?;
    browser.element(".item:nth-child(2) .restore button").await?.click().await?;
    until_marks(&browser, &["3", "2", "1", "0"]).await?;
    browser.until_shown("#timeline .force", "An admin rolled back to 1").await?;
    browser.element("nav a[href='/']").await?.click().await?;
    browser.until_shown("h1", "One").await?;
    browser.until_shown("#c-3", "An admin restored 1 and changed title").await?;
    browser.no_complaints().await?;
    browser.quit().await
}

#[tokio::test]
async fn the_forms_work_without_javascript() -> Result<()> {
    let wall = Wall::builder()?.admin_token("secret").start().await?;
    wall.change_config(&json!({ "title": "One" })).await?;
    wall.change_config(&json!({ "title": "Two" })).await?;
    let browser = Browser::open_without_javascript(&wall.page("/history?from=0&to=2")).await?;
    browser.until_shown(".comparison", "MessageWall").await?;
    sign_in(&browser, "guess").await?;
    browser.until_shown("#refused", "this is not the token of this wall").await?;
    browser.element("#token").await?.send_keys("secret").await?;
    browser.element("form button").await?.click().await?;
    browser.element("#change [name='banner.text']").await?.send_keys("Read only.").await?;
    browser.element("#change [value=preview]").await?.click().await?;
    browser.until_shown("#preview", "Read only.").await?;
    // Somebody else is faster.
    wall.change_config(&json!({ "title": "Three" })).await?;
    browser.element("#change [value=publish]").await?.click().await?;
    browser.until_shown("#change .fault", "3 is in force").await?;
    browser.element("#change [value=publish]").await?.click().await?;
    browser.until_shown("#timeline .force", "Read only.").await?;
    browser.element(".item:last-child .restore summary").await?.click().await?;
    browser.element(".item:last-child .restore button").await?.click().await?;
    browser.until_shown("#timeline .force", "rolled back to the defaults").await?;
    browser.quit().await
}

#[tokio::test]
async fn nothing_sticks_out_at_320_pixels() -> Result<()> {
    let wall = Wall::builder()?.admin_token("secret").start().await?;
    let words: Vec<_> = (0..40).map(|number| format!("{}{number}", "w".repeat(90))).collect();
    let patch = json!({ "title": "T".repeat(120), "banner": { "text": "b".repeat(500) }, "blocked_words": words });
    let change =
        json!({ "command": "change_config", "patch": patch, "note": "n".repeat(500), "event": "e".repeat(256) });
    wall.invoke(&change).await?;
    wall.change_config(&json!({ "title": "Short" })).await?;
    fs_err::write(wall.volume().join("config.json"), format!("{{\"{}\": 1}}", "x".repeat(3000)))?;
    let browser = open(&wall).await?;
    sign_in(&browser, "secret").await?;
    until_marks(&browser, &["?", "2", "1", "0"]).await?;
    for width in [320, 375, 1280] {
        let screen = json!({ "width": width, "height": 740, "deviceScaleFactor": 1, "mobile": width < 1000 });
        browser.devtools("Emulation.setDeviceMetricsOverride", &screen).await?;
        browser.run("document.querySelectorAll('details').forEach((it) => { it.open = true; })", &[]).await?;
        let found: Value = browser.run("return document.documentElement.scrollWidth", &[]).await?;
        ensure!(found.as_u64().is_some_and(|found| found <= width), "the page is {found} pixels wide at {width}");
    }
    browser.quit().await
}
