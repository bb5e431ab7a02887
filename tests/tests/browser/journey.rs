//! The journey of an entry: the bar under it.

use std::time::Duration;

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use shared_volume::time::{now, to_text};
use tempfile::TempDir;
use tests::Wall;

use crate::browser::Browser;

/// Returns the names of the parts of an entry's bar, and the sum beside it.
async fn bar(browser: &Browser, entry: &str) -> Result<(Vec<String>, String)> {
    let script = "const entry = document.querySelector(arguments[0]);
        return [[...entry.querySelectorAll('.hops rect')].map((it) => it.getAttribute('class')),
            entry.querySelector('.sum')?.textContent ?? '']";
    Ok(serde_json::from_value(browser.run(script, &[json!(entry)]).await?)?)
}

async fn until_complete(browser: &Browser, entry: &str) -> Result<()> {
    let script = "return Boolean(document.querySelector(arguments[0])?.querySelector('.hops .you'))";
    browser.until("a journey up to this page", script, &[json!(entry)]).await
}

#[tokio::test]
async fn a_message_and_a_change_have_a_bar_of_four_parts_that_add_up() -> Result<()> {
    let wall = Wall::start().await?;
    let browser = Browser::open(&wall.page("/")).await?;
    wall.post("Hello").await?.success()?;
    wall.change_config(&json!({ "title": "Changed" })).await?;
    for entry in ["#list > .message", "#c-1"] {
        until_complete(&browser, entry).await?;
        let (parts, sum) = bar(&browser, entry).await?;
        assert_eq!(parts, ["function", "volume", "task", "you"], "{entry}");
        let script = "return [...document.querySelector(arguments[0]).querySelectorAll('.legs li')]
            .reduce((sum, it) => sum + Number(it.dataset.ms), 0)";
        let whole = browser.run(script, &[json!(entry)]).await?;
        ensure!(sum == format!("{whole} ms") || !sum.ends_with(" ms"), "{sum} is not {whole} ms");
        let ends = "const rects = [...document.querySelector(arguments[0]).querySelectorAll('.hops rect')];
            return Number(rects.at(-1).getAttribute('x')) + Number(rects.at(-1).getAttribute('width'))";
        let ends = browser.run(ends, &[json!(entry)]).await?;
        ensure!(ends.as_i64().is_some_and(|ends| (990..=1000).contains(&ends)), "the bar ends at {ends}");
    }
    // By the keyboard it opens, and says how exact it is.
    browser.run("document.querySelector('#list > .message summary').focus()", &[]).await?;
    browser.keys("\u{e007}").await?;
    browser.until_shown("#list > .message .legs", "you").await?;
    // There is a sentence about the clocks of volume and task as well, if they differ.
    browser.until_shown("#list > .message .journey", "± ").await?;
    browser.no_complaints().await?;
    browser.quit().await
}

#[tokio::test]
async fn the_parts_that_the_server_knows_are_shown_without_javascript() -> Result<()> {
    let wall = Wall::start().await?;
    wall.post("Hello").await?.success()?;
    let browser = Browser::open_without_javascript(&wall.page("/")).await?;
    let element = browser.element("#list > .message summary").await?;
    ensure!(element.text().await?.contains(" ms"), "no sum");
    element.click().await?;
    browser.until_shown("#list > .message .legs", "task").await?;
    ensure!(browser.elements("#list > .message .hops .you").await? == 0, "nobody has measured that");
    browser.quit().await
}

#[tokio::test]
async fn there_is_no_bar_rather_than_a_wrong_one() -> Result<()> {
    let directory = TempDir::with_prefix("messagewall-")?;
    let volume = directory.path().join("volume");
    fs_err::create_dir(&volume)?;
    let header = "{\"wall\":\"01KAS000000000000000000000\",\"start\":0}\n";
    let record = |id: &str, text: &str, received: &str, at: &str| {
        json!({ "id": id, "received": received, "at": at, "author": "ann", "text": text }).to_string() + "\n"
    };
    let moment = to_text(now());
    let before = record("01KAS00000000000000000000A", "from before", &moment, &moment);
    fs_err::write(volume.join("content"), format!("{header}{before}"))?;
    let wall = Wall::builder()?.volume(&volume).start().await?;
    let browser = Browser::open(&wall.page("/")).await?;
    browser.until_message("from before").await?;
    let (far, moment) = ("9999-12-30T00:00:00.000Z", to_text(now()));
    let (later, earlier) = (to_text(now() + Duration::from_secs(9)), to_text(now() - Duration::from_secs(7200)));
    let forged = [
        record("01KAS00000000000000000000B", "year 9999", far, far),
        record("01KAS00000000000000000000C", "received after it was written", &later, &moment),
        record("01KAS00000000000000000000D", "two hours with the function", &earlier, &moment),
        "a plain line\n".to_owned(),
    ];
    for line in &forged {
        let mut log = fs_err::OpenOptions::new().append(true).open(volume.join("content"))?;
        std::io::Write::write_all(&mut log, line.as_bytes())?;
    }
    browser.until_message("a plain line").await?;
    // An edited log is no journey, either. It is replaced in one step, so that the message after it is not part of the edit.
    let log = fs_err::read_to_string(volume.join("content"))?.replace("from before", "edited by hand");
    fs_err::write(volume.join("edited"), log)?;
    fs_err::rename(volume.join("edited"), volume.join("content"))?;
    browser.until_message("edited by hand").await?;
    wall.post("a good one").await?.success()?;
    browser.until("one bar", "return document.querySelectorAll('.hops .you').length === 1", &[]).await?;
    let bars: Value = browser.run("return document.querySelectorAll('.journey').length", &[]).await?;
    assert_eq!(bars, 1, "the others have none");
    browser.no_complaints().await?;
    browser.quit().await
}

#[tokio::test]
async fn a_dot_travels_the_picture_only_for_those_who_want_motion() -> Result<()> {
    let wall = Wall::start().await?;
    let browser = Browser::open(&wall.page("/")).await?;
    let count =
        "const it = document.querySelector('.traveller'); const animate = it.animate.bind(it); window.travels = 0;
        it.animate = (...how) => { travels += 1; return animate(...how); }; return true";
    browser.run(count, &[]).await?;
    wall.post("moving").await?.success()?;
    browser.until("a dot on its way", "return window.travels === 1", &[]).await?;
    browser.until_shown("#origin", " ms").await?;
    let calm = json!({ "features": [{ "name": "prefers-reduced-motion", "value": "reduce" }] });
    browser.devtools("Emulation.setEmulatedMedia", &calm).await?;
    wall.post("still").await?.success()?;
    let both = "return document.querySelectorAll('.hops .you').length === 2";
    browser.until("the other journey", both, &[]).await?;
    ensure!(browser.run("return window.travels", &[]).await? == 1, "the dot moved");
    browser.quit().await
}
