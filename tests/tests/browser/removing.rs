//! Removing a message.

use anyhow::{Result, ensure};
use serde_json::json;
use tests::Wall;

use crate::browser::Browser;

/// Presses the button with this name at the message with this text.
async fn press(browser: &Browser, text: &str, button: &str) -> Result<()> {
    let script = "const item = [...document.querySelectorAll('#list > .message')]
            .find((it) => it.querySelector('.text').textContent === arguments[0]);
        const button = [...item?.querySelectorAll('.tools button') ?? []].find((it) => it.textContent === arguments[1]);
        button?.click();
        return Boolean(button)";
    browser.until(&format!("a button {button:?} at {text:?}"), script, &[json!(text), json!(button)]).await
}

async fn until_messages(browser: &Browser, texts: &[&str]) -> Result<()> {
    let script = "return JSON.stringify([...document.querySelectorAll('#list .text')].map((it) => it.textContent)) \
                  === JSON.stringify(arguments[0])";
    browser.until(&format!("the messages {texts:?}"), script, &[json!(texts)]).await
}

#[tokio::test]
async fn a_message_that_an_administrator_removes_disappears_from_every_open_page() -> Result<()> {
    let wall = Wall::builder()?.admin_token("secret").start().await?;
    wall.post_all(&["one", "two"]).await?;
    let (admin, visitor) = (Browser::open(&wall.page("/")).await?, Browser::open(&wall.page("/")).await?);
    let none = "return document.querySelectorAll('.tools').length === 0";
    visitor.until("no means for a visitor", none, &[]).await?;

    admin.go(&wall.page("/login?token=secret")).await?;
    admin.until("no token in the address bar", "return location.pathname + location.search === '/'", &[]).await?;
    admin.until_shown("#signed-in", "Signed in as an administrator").await?;
    wall.post("three").await?.success()?;
    until_messages(&admin, &["three", "two", "one"]).await?;

    press(&admin, "two", "Remove").await?;
    press(&admin, "two", "Keep it").await?;
    press(&admin, "three", "Remove").await?;
    press(&admin, "three", "Remove it").await?;
    for browser in [&admin, &visitor] {
        until_messages(browser, &["two", "one"]).await?;
    }
    visitor.until("no means for a visitor", none, &[]).await?;
    admin.reload().await?;
    press(&admin, "one", "Remove").await?;
    press(&admin, "one", "Remove it").await?;
    until_messages(&visitor, &["two"]).await?;
    wall.post("four").await?.success()?;
    until_messages(&visitor, &["four", "two"]).await?;
    visitor.not_reloaded().await?;
    for browser in [admin, visitor] {
        browser.no_complaints().await?;
        browser.quit().await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_wrong_token_is_reported_and_a_session_that_has_ended_removes_nothing() -> Result<()> {
    let wall = Wall::builder()?.admin_token("secret").start().await?;
    wall.post("stays").await?.success()?;
    let browser = Browser::open(&wall.page("/")).await?;
    browser.element("#stranger a").await?.click().await?;
    browser.element("#token").await?.send_keys("guess").await?;
    browser.element("form button").await?.click().await?;
    browser.until_shown("#refused", "this is not the token of this wall").await?;
    browser.element("#token").await?.send_keys("secret").await?;
    browser.element("form button").await?.click().await?;
    browser.until_message("stays").await?;
    browser.devtools("Network.clearBrowserCookies", &json!({})).await?;
    press(&browser, "stays", "Remove").await?;
    press(&browser, "stays", "Remove it").await?;
    browser.until_shown("#session-why", "only an administrator may do this").await?;
    browser.until("no means any more", "return document.querySelectorAll('.tools').length === 0", &[]).await?;
    until_messages(&browser, &["stays"]).await?;
    browser.quit().await
}

#[tokio::test]
async fn signing_in_and_out_works_without_a_script() -> Result<()> {
    let wall = Wall::builder()?.admin_token("secret").start().await?;
    let browser = Browser::open_without_javascript(&wall.page("/history")).await?;
    browser.element("#stranger a").await?.click().await?;
    browser.element("#token").await?.send_keys("secret").await?;
    browser.element("form button").await?.click().await?;
    browser.element("#change").await?;
    browser.element("#signed-in button").await?.click().await?;
    // The page before has the same navigation.
    browser.element("#stranger:not([hidden])").await?;
    browser.element("nav a[href='/history']").await?.click().await?;
    browser.element("#timeline").await?;
    ensure!(browser.elements("#change").await? == 0, "the form is there after signing out");
    browser.quit().await
}

#[tokio::test]
async fn the_page_does_not_scroll_when_a_message_above_is_removed() -> Result<()> {
    let wall = Wall::builder()?.admin_token("secret").start().await?;
    let texts: Vec<_> = (0..40).map(|n| format!("message {n}")).collect();
    wall.post_all(&texts.iter().map(String::as_str).collect::<Vec<_>>()).await?;
    let ids = wall.invoke(&json!({ "command": "read" })).await?;
    let browser = Browser::open(&wall.page("/")).await?;
    browser.until_message("message 39").await?;
    let features = json!([{ "name": "prefers-reduced-motion", "value": "reduce" }]);
    for (number, features) in [(35, json!([])), (36, features)] {
        browser.devtools("Emulation.setEmulatedMedia", &json!({ "features": features })).await?;
        // After two frames the browser has chosen the element that it keeps in place.
        let scroll = "const item = [...document.querySelectorAll('#list > .message')][20];
            item.scrollIntoView();
            window.reading = item;
            window.place = undefined;
            requestAnimationFrame(() => requestAnimationFrame(() => {
                window.place = item.getBoundingClientRect().top;
            }));
            return true";
        browser.until("a place to read", scroll, &[]).await?;
        browser.until("a place that is known", "return window.place !== undefined", &[]).await?;
        let id = ids["messages"][number]["id"].clone();
        wall.invoke(&json!({ "command": "remove", "id": id })).await?;
        let gone = "return document.querySelectorAll('#list > .message').length === arguments[0]
            && Math.abs(window.reading.getBoundingClientRect().top - window.place) < 2";
        browser.until("the same place without the message", gone, &[json!(40 - (number - 34))]).await?;
    }
    browser.no_complaints().await?;
    browser.quit().await
}
