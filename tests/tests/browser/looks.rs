//! The page on a phone, and in the dark.

use anyhow::{Result, ensure};
use serde_json::json;
use tests::Wall;

use crate::browser::Browser;

#[tokio::test]
async fn nothing_sticks_out_at_320_pixels() -> Result<()> {
    let wall = Wall::start().await?;
    let long_word = "w".repeat(300);
    let patch = json!({ "title": "T".repeat(120), "banner": { "text": "b".repeat(300), "tone": "danger" } });
    wall.change_config(&patch).await?;
    let post = json!({ "command": "post", "text": long_word, "author": "a".repeat(80) });
    wall.invoke(&post).await?;
    let browser = Browser::open(&wall.page("/")).await?;
    let phone = json!({ "width": 320, "height": 740, "deviceScaleFactor": 2, "mobile": true });
    browser.devtools("Emulation.setDeviceMetricsOverride", &phone).await?;
    browser.reload().await?;
    browser.until_message(&long_word).await?;
    let width = browser.run("return document.documentElement.scrollWidth", &[]).await?;
    assert_eq!(width, 320, "the page is wider than the screen");
    browser.quit().await
}

#[tokio::test]
async fn on_paper_there_is_what_can_be_read_and_nothing_to_click() -> Result<()> {
    let wall = Wall::builder()?.admin_token("secret").start().await?;
    wall.change_config(&json!({ "title": "Release wall" })).await?;
    wall.post("on paper").await?.success()?;
    let browser = Browser::open(&wall.page("/login?token=secret")).await?;
    browser.until_message("on paper").await?;
    browser.devtools("Emulation.setEmulatedMedia", &json!({ "media": "print" })).await?;
    for (page, read) in [("/", "on paper"), ("/status", "the volume keeps it,"), ("/history", "Release wall")] {
        browser.visit(&wall.page(page)).await?;
        browser.until_shown("main", read).await?;
        let clickable =
            "return [...document.querySelectorAll('button, nav, form:not(#plan-form), summary:not(.journey *)')]
            .filter((it) => it.checkVisibility()).map((it) => it.outerHTML)";
        let found = browser.run(clickable, &[]).await?;
        ensure!(found == json!([]), "{page}: {found}");
    }
    browser.quit().await
}

#[tokio::test]
async fn light_and_dark_differ_and_the_accent_is_readable_in_both() -> Result<()> {
    let wall = Wall::start().await?;
    let browser = Browser::open(&wall.page("/")).await?;
    let mut papers = Vec::new();
    for scheme in ["light", "dark"] {
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        browser.devtools("Emulation.setEmulatedMedia", &media).await?;
        for accent in ["#ffffff", "#000000", "#ffe600", "#d9480f", "#7f7f7f"] {
            wall.change_config(&json!({ "accent": accent })).await?;
            let loaded = "return document.querySelector('#accent').href.includes(arguments[0])";
            browser.until("the accent", loaded, &[json!(accent.trim_start_matches('#'))]).await?;
            for selector in ["#post", "h1", "#text"] {
                check_contrast(&browser, selector, &format!("{selector} with {accent} in the {scheme}")).await?;
            }
        }
        papers.push(browser.run("return getComputedStyle(document.body).backgroundColor", &[]).await?);
    }
    ensure!(papers[0] != papers[1], "both are {}", papers[0]);
    browser.quit().await
}

/// Waits until the text of an element has the contrast that WCAG requires, 4.5 to 1.
async fn check_contrast(browser: &Browser, selector: &str, what: &str) -> Result<()> {
    let script = "
        const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
        const rgba = colour => {
            canvas.clearRect(0, 0, 1, 1);
            canvas.fillStyle = colour;
            canvas.fillRect(0, 0, 1, 1);
            return [...canvas.getImageData(0, 0, 1, 1).data];
        };
        const light = colour => {
            const [r, g, b] = rgba(colour).map(it => it / 255).map(it => it <= 0.04045 ? it / 12.92 : ((it + 0.055) / 1.055) ** 2.4);
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        const element = document.querySelector(arguments[0]);
        let behind = element;
        while (behind.parentElement && rgba(getComputedStyle(behind).backgroundColor)[3] < 255) behind = behind.parentElement;
        const pair = [light(getComputedStyle(element).color), light(getComputedStyle(behind).backgroundColor)];
        return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05) >= 4.5";
    browser.until(&format!("a contrast of 4.5: {what}"), script, &[json!(selector)]).await
}
