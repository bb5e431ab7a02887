//! Reading: what is new does not disturb it, and what is wrong is said.

use anyhow::{Result, ensure};
use rustix::process::Signal;
use serde_json::json;
use tests::Wall;

use crate::browser::Browser;

#[tokio::test]
async fn new_messages_move_nothing_that_is_read_and_the_key_n_leads_to_them() -> Result<()> {
    let wall = Wall::start().await?;
    let texts: Vec<_> = (0..40).map(|n| format!("message {n}")).collect();
    wall.post_all(&texts.iter().map(String::as_str).collect::<Vec<_>>()).await?;
    let browser = Browser::open(&wall.page("/")).await?;
    browser.until_message("message 39").await?;
    // A message that has just come still moves to its place, which the layout has already.
    let read = "window.reading = [...document.querySelectorAll('#list > .message')][arguments[0]];
        reading.scrollIntoView({ block: 'start' });
        window.place = undefined;
        requestAnimationFrame(() => requestAnimationFrame(() => { window.place = reading.offsetTop - scrollY; }));
        return true";
    // Far down, and where the form is still seen.
    for (index, name) in [(20, "far"), (1, "near")] {
        browser.run(read, &[json!(index)]).await?;
        browser.until("a place", "return window.place !== undefined", &[]).await?;
        for n in 0..3 {
            wall.post(format!("{name} {n}")).await?.success()?;
        }
        browser.until_message(&format!("{name} 2")).await?;
        let same = "return Math.abs(reading.offsetTop - scrollY - window.place) < 2";
        browser.until(&format!("the same place, {name}"), same, &[]).await?;
    }
    browser.until_shown("#fresh", "new message").await?;
    browser.run("document.activeElement.blur()", &[]).await?;
    browser.keys("n").await?;
    browser.until("the top", "return scrollY === 0", &[]).await?;
    browser.until("no pill", "return document.querySelector('#fresh').hidden", &[]).await?;
    // Somebody who types an n means the letter.
    browser.element("#text").await?.send_keys("n").await?;
    ensure!(browser.element("#text").await?.value().await?.as_deref() == Some("n"));
    browser.no_complaints().await?;
    browser.quit().await
}

#[tokio::test]
async fn a_lost_connection_counts_down_to_the_next_try_and_tries_when_asked() -> Result<()> {
    let wall = Wall::start().await?;
    let mut reader = wall.second_reader().await?;
    let browser = Browser::open(&reader.url("/")).await?;
    reader.process.signal(Signal::KILL)?;
    reader.process.ended().await?;
    browser.until_shown("#connection", "lost for").await?;
    browser.until_shown("#next-try", "Next try in").await?;
    // The pauses grow up to 15 s.
    let long = "return Number(/in (\\d+) s/.exec(document.querySelector('#next-try').textContent)?.[1]) > 4";
    browser.until("a long pause", long, &[]).await?;
    wall.post("meanwhile").await?.success()?;
    let reader = reader.again().await?;
    browser.run("document.querySelector('#try-now').click()", &[]).await?;
    browser.until_message("meanwhile").await?;
    browser.until_shown("#connection", "live").await?;
    browser.not_reloaded().await?;
    drop(reader);
    browser.quit().await
}

#[tokio::test]
async fn a_rejected_configuration_is_shown_with_its_place_and_a_link_to_more() -> Result<()> {
    let wall = Wall::builder()?.variable("DETAILS", "anybody").start().await?;
    wall.change_config(&json!({ "title": "Good" })).await?;
    let browser = Browser::open(&wall.page("/")).await?;
    fs_err::write(wall.volume().join("config.json"), "{\n  \"posting\": opne\n}")?;
    browser.until_shown("#notices", "The configuration on disk has been rejected for").await?;
    browser.until_shown("#notices .reason", "line 2 column").await?;
    browser.element("#notices a[href='/status#disk']").await?;
    browser.quit().await
}

#[tokio::test]
async fn an_empty_wall_teaches_how_to_write_and_its_command_works() -> Result<()> {
    let wall = Wall::start().await?;
    let browser = Browser::open(&wall.page("/")).await?;
    let command = browser.text("#curl").await?;
    let address = wall.page("/api/messages");
    ensure!(command.contains("curl -d 'Hello from EFS!'") && command.contains(&address), "{command}");
    let posted = wall.http.post(&address).header("content-type", "application/x-www-form-urlencoded");
    tests::Reply::to(posted.body("Hello from EFS!")).await?.success()?;
    browser.until_message("Hello from EFS!").await?;
    browser.until("no lesson any more", "return !document.querySelector('#empty').offsetParent", &[]).await?;
    browser.quit().await
}

#[tokio::test]
async fn a_reader_that_says_nothing_more_counts_as_lost_until_it_goes_on() -> Result<()> {
    let wall = Wall::start().await?;
    let reader = wall.second_reader().await?;
    let browser = Browser::open(&reader.url("/")).await?;
    // The connection stays, and nothing comes: as if its packets were lost.
    reader.process.signal(Signal::STOP)?;
    browser.until_shown("#connection", "lost for").await?;
    wall.post("meanwhile").await?.success()?;
    reader.process.signal(Signal::CONT)?;
    browser.until_message("meanwhile").await?;
    browser.until_shown("#connection", "live").await?;
    browser.not_reloaded().await?;
    browser.quit().await
}

#[tokio::test]
async fn a_change_from_before_the_page_is_not_put_above_lines_without_a_time() -> Result<()> {
    let wall = Wall::start().await?;
    wall.change_config(&json!({ "title": "Long ago" })).await?;
    let lines: String = (0..130).map(|n| format!("line {n}\n")).collect();
    fs_err::write(wall.volume().join("content"), lines)?;
    let browser = Browser::open(&wall.page("/")).await?;
    browser.until_message("line 129").await?;
    wall.post("after it").await?.success()?;
    browser.until_message("after it").await?;
    ensure!(browser.elements(".list > .change").await? == 0, "a change that belongs on an older page is shown");
    browser.no_complaints().await?;
    browser.quit().await
}
