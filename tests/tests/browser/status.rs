//! The page of how everything works.

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use tests::Wall;

use crate::browser::Browser;

/// Starts a wall that is watched as a network mount is, with three tasks.
async fn start() -> Result<Wall> {
    let builder = Wall::builder()?.variable("WATCH", "nfs").variable("MESSAGEWALL_READERS", "3");
    builder.admin_token("secret").start().await
}

/// Opens the page and waits until it follows the wall.
async fn open(wall: &Wall) -> Result<Browser> {
    let browser = Browser::open(&wall.page("/")).await?;
    browser.element("nav a[href='/status']").await?.click().await?;
    let live = "return document.documentElement.dataset.connection === 'live'";
    browser.until("a live page", live, &[]).await?;
    browser.run("window.sameDocument = true", &[]).await?;
    Ok(browser)
}

#[tokio::test]
async fn an_open_page_follows_messages_configurations_and_tasks() -> Result<()> {
    let wall = start().await?;
    let browser = open(&wall).await?;
    browser.until_shown("#environments", "1 idle").await?;
    let boxes = "return document.querySelectorAll('#tasks > li').length";
    ensure!(browser.run(boxes, &[]).await? == 3, "three tasks ask each other");
    wall.post("Hello from EFS!").await?;
    browser.until_shown("#last-title", "from request to screen.").await?;
    browser.until_shown("#last", "sent and painted").await?;
    browser.until_shown(".triggers", "HTTP API").await?;
    browser.until_shown("#soon", "1 message").await?;
    wall.change_config(&json!({ "title": "Release wall" })).await?;
    browser.until_shown("#disk", "generation 1").await?;
    fs_err::write(wall.volume().join("config.json"), "{\n  \"posting\": opne\n}")?;
    browser.until_shown("#troubles", "Line 2, column").await?;
    browser.until_shown("#disk mark", "opne").await?;
    browser.not_reloaded().await?;
    browser.no_complaints().await?;
    browser.quit().await
}

#[tokio::test]
async fn the_planner_calculates_while_somebody_types_and_names_the_field_that_is_wrong() -> Result<()> {
    let wall = start().await?;
    let browser = open(&wall).await?;
    browser.until_shown("#plan-hours", "325 to 446").await?;
    let loads = browser.element("#plan-loads").await?;
    loads.clear().await?;
    loads.send_keys("600").await?;
    browser.until_shown("#plan .answer", "not for 600").await?;
    let storage = browser.element("#plan-storage").await?;
    storage.clear().await?;
    storage.send_keys("-1").await?;
    browser.until_shown("#plan-fault-storage", "must be 0 to").await?;
    let marked = "return document.querySelector('#plan-storage').getAttribute('aria-invalid') === 'true' \
                  && document.activeElement.id === 'plan-storage'";
    browser.until("the field that is wrong", marked, &[]).await?;
    storage.clear().await?;
    storage.send_keys("100").await?;
    browser.until_shown("#plan-baseline", "4.9 MiB/s").await?;
    let unmarked =
        "return !document.querySelector('[id^=plan-fault], [aria-invalid]') && location.search.includes('storage=100')";
    browser.until("no fault", unmarked, &[]).await?;
    browser.not_reloaded().await?;
    browser.quit().await
}

#[tokio::test]
async fn the_page_is_complete_without_javascript() -> Result<()> {
    let wall = start().await?;
    wall.post("one").await?;
    let browser = Browser::open_without_javascript(&wall.page("/status")).await?;
    for (place, text) in [
        ("#connection", "as of"),
        ("#last-title", "The last message"),
        ("#environments", "1 idle"),
        ("#tasks", "this task"),
        ("#looking-now", "now: all 3 tasks"),
        ("#volume", "file system"),
        ("#plan-hours", "325 to 446"),
    ] {
        browser.until_shown(place, text).await?;
    }
    browser.run("document.querySelector('#plan-loads').value = '0x'", &[]).await?;
    browser.element("#plan-form button").await?.click().await?;
    browser.until_shown("#plan-fault-loads", "must be 0 to").await?;
    browser.run("document.querySelector('[value=elastic]').checked = true", &[]).await?;
    browser.run("document.querySelector('#plan-loads').value = '300'", &[]).await?;
    browser.element("#plan-form button").await?.click().await?;
    browser.until_shown("#plan .answer", "Yes, for $547.50 a month.").await?;
    browser.quit().await
}

#[tokio::test]
async fn everything_is_reached_by_keyboard() -> Result<()> {
    let wall = start().await?;
    let browser = open(&wall).await?;
    let body = browser.element("body").await?;
    let tab = "\u{e004}";
    let mut reached = Vec::new();
    for _ in 0..20 {
        body.send_keys(tab).await?;
        let name =
            "const it = document.activeElement; return it.id || it.getAttribute('href') || it.value || it.tagName";
        reached.push(browser.run(name, &[]).await?.as_str().unwrap_or_default().to_owned());
    }
    for place in ["#picture", "/", "/status", "/history", "plan-storage", "bursting", "plan-load", "plan-loads"] {
        ensure!(reached.iter().any(|found| found == place), "{place} is not among {reached:?}");
    }
    browser.quit().await
}

#[tokio::test]
async fn nothing_sticks_out_from_320_pixels_to_wide_in_both_palettes() -> Result<()> {
    let wall = start().await?;
    wall.change_config(&json!({ "title": "T".repeat(120) })).await?;
    wall.post("one").await?;
    fs_err::write(wall.volume().join("config.json"), format!("{{\"{}\": 1}}", "x".repeat(3_000)))?;
    let browser = open(&wall).await?;
    browser.until_shown("#troubles", "config.json on disk is rejected").await?;
    for scheme in ["light", "dark"] {
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        browser.devtools("Emulation.setEmulatedMedia", &media).await?;
        for width in [320, 375, 700, 960, 1280, 2000] {
            let screen = json!({ "width": width, "height": 740, "deviceScaleFactor": 1, "mobile": width < 900 });
            browser.devtools("Emulation.setDeviceMetricsOverride", &screen).await?;
            let found: Value = browser.run("return document.documentElement.scrollWidth", &[]).await?;
            ensure!(found.as_u64().is_some_and(|found| found <= width), "the page is {found} pixels wide at {width}");
        }
    }
    browser.no_complaints().await?;
    browser.quit().await
}

#[tokio::test]
async fn letters_of_twice_the_size_stand_beside_each_other() -> Result<()> {
    let wall = start().await?;
    let browser = open(&wall).await?;
    let screen = json!({ "width": 1280, "height": 740, "deviceScaleFactor": 1, "mobile": false });
    browser.devtools("Emulation.setDeviceMetricsOverride", &screen).await?;
    let wide = "const tops = [...document.querySelectorAll('.part > h2')].map((it) => it.getBoundingClientRect().top);
        return tops.length === 5 && new Set(tops).size === 1";
    ensure!(browser.run(wide, &[]).await? == true, "the five columns stand in one row");
    let sticking_out = "document.documentElement.style.fontSize = '200%';
        const all = document.querySelectorAll('.part > h2, .part .title');
        return [...all].filter((it) => it.scrollWidth > it.clientWidth).map((it) => it.textContent)";
    ensure!(browser.run(sticking_out, &[]).await? == json!([]), "a heading is wider than its part of the picture");
    ensure!(browser.run(wide, &[]).await? == false, "the five columns stand below each other");
    browser.quit().await
}

#[tokio::test]
async fn nothing_moves_for_those_who_prefer_that() -> Result<()> {
    let wall = start().await?;
    let browser = open(&wall).await?;
    let calm = json!({ "features": [{ "name": "prefers-reduced-motion", "value": "reduce" }] });
    browser.devtools("Emulation.setEmulatedMedia", &calm).await?;
    wall.post("one").await?;
    browser.until_shown("#last-title", "The last message").await?;
    ensure!(browser.run("return document.getAnimations().length", &[]).await? == 0, "something moves");
    browser.quit().await
}
