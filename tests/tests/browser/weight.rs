//! The weight of the page, and the time for which the browser works for it. `tests/page-weight` prints the figures.

#![expect(clippy::print_stdout, reason = "the tests print figures")]

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tests::Wall;

use crate::browser::Browser;

/// The most bytes of a first load, compressed, with everything that the page needs.
const MOST_BYTES: u64 = 60 * 1024;

#[tokio::test]
async fn the_first_load_is_light() -> Result<()> {
    let wall = Wall::builder()?.admin_token("secret").start().await?;
    let texts: Vec<_> =
        (0..100).map(|n| format!("A message of the usual length, number {n}, as people write them.")).collect();
    wall.post_all(&texts.iter().map(String::as_str).collect::<Vec<_>>()).await?;
    let browser = Browser::open(&wall.page("/login?token=secret")).await?;
    let script =
        "const all = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
        return all.filter((it) => !/events|live|session/.test(new URL(it.name).pathname))
            .map((it) => [new URL(it.name).pathname, it.encodedBodySize])";
    let parts = browser.run(script, &[]).await?;
    let feeds = wall.http.get(wall.page("/assets/feeds.js")).header("accept-encoding", "gzip").send().await?;
    let feeds = feeds.bytes().await?.len() as u64;
    let size = |part: &Value| part[1].as_u64().unwrap_or(0);
    let parts = parts.as_array().context("no parts")?;
    let bytes = parts.iter().map(size).sum::<u64>() + feeds;
    for part in parts {
        println!("{:>7} B  {}", size(part), part[0].as_str().unwrap_or_default());
    }
    println!("{feeds:>7} B  /assets/feeds.js, in the worker");
    println!("first load: {:.1} KB compressed, with 100 messages, for an administrator", bytes as f64 / 1024.0);
    ensure!(parts.iter().all(|part| size(part) > 0), "a part has no size: {parts:?}");
    ensure!(bytes < MOST_BYTES, "{bytes} bytes");
    browser.quit().await
}

#[tokio::test]
async fn a_new_message_shifts_nothing_that_is_read_with_a_thousand_on_the_page() -> Result<()> {
    let wall = Wall::start().await?;
    for first in (0..1000).step_by(500) {
        let messages: Vec<_> =
            (first..first + 500).map(|n| json!({ "text": format!("message {n}"), "author": "ann" })).collect();
        wall.invoke(&json!({ "command": "post", "messages": messages })).await?;
    }
    let browser = Browser::open(&wall.page("/")).await?;
    browser.load_older(1000).await?;
    let watch = "window.shift = 0;
        new PerformanceObserver((list) => { for (const it of list.getEntries()) window.shift += it.value; })
            .observe({ type: 'layout-shift', buffered: false });
        [...document.querySelectorAll('#list > .message')][300].scrollIntoView({ behavior: 'instant' });
        return true";
    browser.run(watch, &[]).await?;
    browser.devtools("Performance.enable", &json!({ "timeDomain": "threadTicks" })).await?;
    let measure = async || -> Result<(f64, f64)> {
        let metrics = browser.devtools("Performance.getMetrics", &json!({})).await?;
        let of = |name: &str| {
            let all = metrics["metrics"].as_array().into_iter().flatten();
            all.filter(|it| it["name"] == name).filter_map(|it| it["value"].as_f64()).sum::<f64>() * 1000.0
        };
        Ok((of("ScriptDuration"), of("LayoutDuration") + of("RecalcStyleDuration")))
    };
    let mut times = Vec::new();
    for n in 0..10 {
        let before = measure().await?;
        wall.post(format!("new {n}")).await?.success()?;
        browser.until_message(&format!("new {n}")).await?;
        let after = measure().await?;
        times.push((after.0 - before.0, after.1 - before.1));
    }
    times.sort_by(|one, other| one.0.total_cmp(&other.0));
    let shift = browser.run("return window.shift", &[]).await?;
    println!(
        "one new message with 1000 on the page: scripts {:.1} ms, layout and style {:.1} ms (median of 10, with the test's own look at the page)",
        times[5].0, times[5].1
    );
    println!("layout shift while reading: {shift}");
    ensure!(shift.as_f64().is_some_and(|shift| shift < 0.001), "a shift of {shift}");
    browser.quit().await
}
