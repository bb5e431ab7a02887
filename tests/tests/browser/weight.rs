//! The weight of the page, and the time for which the browser works for it. `tests/page-weight` prints the figures.

#![expect(clippy::print_stdout, reason = "the tests print figures")]

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tests::Wall;

use crate::browser::Browser;

/// The most bytes of a first load, compressed, with everything that the page needs.
const MOST_BYTES: u64 = 60 * 1024;

/// The most messages that a wall can keep.
const KEPT: usize = 10_000;

/// The messages on the page. Loading all that a wall can keep takes minutes, so `tests/page-weight` asks for them.
fn most_shown() -> Result<usize> {
    std::env::var("MESSAGEWALL_SHOWN").map_or(Ok(2000), |shown| shown.parse().context("MESSAGEWALL_SHOWN"))
}

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

/// The scripting time of one new message, and that of its style and layout, in milliseconds.
struct Cost {
    scripts: f64,
    layout: f64,
}

/// Returns the median cost of 10 new messages.
async fn cost_of_a_message(wall: &Wall, browser: &Browser) -> Result<Cost> {
    let measure = async || -> Result<Cost> {
        let metrics = browser.devtools("Performance.getMetrics", &json!({})).await?;
        let of = |name: &str| {
            let all = metrics["metrics"].as_array().into_iter().flatten();
            all.filter(|it| it["name"] == name).filter_map(|it| it["value"].as_f64()).sum::<f64>() * 1000.0
        };
        Ok(Cost { scripts: of("ScriptDuration"), layout: of("LayoutDuration") + of("RecalcStyleDuration") })
    };
    browser.devtools("Performance.enable", &json!({ "timeDomain": "threadTicks" })).await?;
    let mut costs = Vec::new();
    for _ in 0..10 {
        let (before, text) = (measure().await?, format!("new {}", fastrand::u64(..)));
        wall.post(text.clone()).await?.success()?;
        // The script looks at one message only, because its time counts.
        let is_first = "return document.querySelector('#list .text').textContent === arguments[0]";
        browser.until("the new message", is_first, &[json!(text)]).await?;
        let after = measure().await?;
        costs.push(Cost { scripts: after.scripts - before.scripts, layout: after.layout - before.layout });
    }
    costs.sort_by(|one, other| one.scripts.total_cmp(&other.scripts));
    Ok(costs.swap_remove(5))
}

#[tokio::test]
async fn a_new_message_shifts_nothing_that_is_read_and_costs_little_however_many_are_on_the_page() -> Result<()> {
    let wall = Wall::start().await?;
    wall.change_config(&json!({ "keep_messages": KEPT })).await?;
    for first in (0..KEPT).step_by(500) {
        let messages: Vec<_> =
            (first..first + 500).map(|n| json!({ "text": format!("message {n}"), "author": "ann" })).collect();
        wall.invoke(&json!({ "command": "post", "messages": messages })).await?;
    }
    let browser = Browser::open(&wall.page("/")).await?;
    let watch = "window.shift = 0;
        new PerformanceObserver((list) => { for (const it of list.getEntries()) window.shift += it.value; })
            .observe({ type: 'layout-shift', buffered: false });
        [...document.querySelectorAll('.list > .message')][300].scrollIntoView({ behavior: 'instant' });
        return true";
    let mut costs = Vec::new();
    let most = most_shown()?;
    for shown in [1000, most] {
        browser.load_older(shown).await?;
        browser.run(watch, &[]).await?;
        let cost = cost_of_a_message(&wall, &browser).await?;
        let shift = browser.run("return window.shift", &[]).await?;
        println!(
            "one new message with {shown} on the page: scripts {:.1} ms, layout and style {:.1} ms (median of 10, with the test's own look at the page); layout shift while reading: {shift}",
            cost.scripts, cost.layout
        );
        ensure!(shift.as_f64().is_some_and(|shift| shift < 0.001), "a shift of {shift}");
        costs.push(cost);
    }
    let ratio = (costs[1].scripts + costs[1].layout) / (costs[0].scripts + costs[0].layout);
    let times = most as f64 / 1000.0;
    ensure!(ratio < 1.5 * times, "{times} times as many messages cost {ratio:.1} times as much");
    browser.quit().await
}
