//! Messages of a page on their way to the wall.

use anyhow::{Result, ensure};
use serde_json::json;
use tests::Wall;

use crate::browser::Browser;

/// Types a message and posts it.
async fn write(browser: &Browser, text: &str) -> Result<()> {
    let script = "const text = document.querySelector('#text');
        text.value = arguments[0];
        text.dispatchEvent(new Event('input', { bubbles: true }));
        document.querySelector('#composer').requestSubmit();
        return true";
    browser.run(script, &[json!(text)]).await?;
    Ok(())
}

async fn until_nothing_is_on_its_way(browser: &Browser) -> Result<()> {
    browser.until("nothing on its way", "return document.querySelectorAll('#outbox > li').length === 0", &[]).await
}

#[tokio::test]
async fn a_message_is_on_the_page_at_once_and_then_as_everybody_sees_it() -> Result<()> {
    let wall = Wall::start().await?;
    let browser = Browser::open(&wall.page("/")).await?;
    // The answer waits, so that the entry can be seen.
    let slow = "const real = fetch;
        window.fetch = async (...how) => {
          if (how[1]?.method === 'POST') await new Promise((go) => { window.go = go; });
          return real(...how);
        }; return true";
    browser.run(slow, &[]).await?;
    write(&browser, "on its way").await?;
    browser.until_shown("#outbox", "on its way").await?;
    browser.until_shown("#outbox", "sending").await?;
    ensure!(browser.element("#text").await?.value().await?.as_deref() == Some(""), "room for the next one");
    browser.run("window.go(); return true", &[]).await?;
    browser.until_message("on its way").await?;
    until_nothing_is_on_its_way(&browser).await?;
    assert_eq!(browser.messages().await?, json!(["on its way"]));
    browser.no_complaints().await?;
    browser.quit().await
}

#[tokio::test]
async fn a_lost_answer_or_a_second_press_posts_nothing_twice() -> Result<()> {
    let wall = Wall::start().await?;
    let browser = Browser::open(&wall.page("/")).await?;
    let lose = "const real = fetch;
        window.fetch = async (...how) => {
          const answer = await real(...how);
          if (how[1]?.method === 'POST' && !window.lost) { window.lost = true; throw new TypeError('lost'); }
          return answer;
        }; return true";
    browser.run(lose, &[]).await?;
    write(&browser, "the answer is lost").await?;
    browser.until_message("the answer is lost").await?;
    until_nothing_is_on_its_way(&browser).await?;
    browser
        .run(
            "window.lost = false; document.querySelector('#text').value = 'pressed twice';
        for (let i = 0; i < 2; i += 1) document.querySelector('#composer').requestSubmit(); return true",
            &[],
        )
        .await?;
    browser.until_message("pressed twice").await?;
    until_nothing_is_on_its_way(&browser).await?;
    assert_eq!(browser.messages().await?, json!(["pressed twice", "the answer is lost"]));
    assert_eq!(wall.get().await?, "the answer is lost\npressed twice\n");
    ensure!(browser.run("return document.querySelector('#refused').hidden", &[]).await? == true, "it was refused");
    browser.quit().await
}

#[tokio::test]
async fn a_message_that_is_not_posted_says_why_and_keeps_its_text() -> Result<()> {
    let wall = Wall::start().await?;
    let browser = Browser::open(&wall.page("/")).await?;
    let unreachable = "const real = fetch; window.keys = [];
        window.fetch = async (...how) => {
          if (how[1]?.method !== 'POST') return real(...how);
          keys.push(how[1].headers['Idempotency-Key']);
          if (keys.length < 3) throw new TypeError('unreachable');
          return real(...how);
        }; return true";
    browser.run(unreachable, &[]).await?;
    write(&browser, "Error rate is flat again.").await?;
    browser.until_shown("#outbox", "not posted").await?;
    browser.until_shown("#outbox", "The server cannot be reached.").await?;
    browser.element("#outbox button:nth-of-type(1)").await?.click().await?;
    browser.until("a second try", "return keys.length === 2", &[]).await?;
    browser.until_shown("#outbox", "not posted").await?;
    browser.element("#outbox button:nth-of-type(2)").await?.click().await?;
    ensure!(browser.element("#text").await?.value().await?.as_deref() == Some("Error rate is flat again."));
    until_nothing_is_on_its_way(&browser).await?;
    browser.element("#post").await?.click().await?;
    browser.until_message("Error rate is flat again.").await?;
    ensure!(browser.run("return new Set(keys).size", &[]).await? == 1, "the tries have different keys");
    browser.quit().await
}

#[tokio::test]
async fn a_page_that_posts_too_fast_tries_again_by_itself_with_the_same_key() -> Result<()> {
    let wall =
        Wall::builder()?.variable("POSTS_PER_MINUTE", "30").variable("WALL_POSTS_PER_MINUTE", "100000").start().await?;
    let browser = Browser::open(&wall.page("/")).await?;
    let count = "const real = fetch; window.keys = [];
        window.fetch = (...how) => {
          if (how[1]?.method === 'POST') keys.push(how[1].headers['Idempotency-Key']);
          return real(...how);
        }; return true";
    browser.run(count, &[]).await?;
    let flood = async |n: u32| {
        let posted = wall.http.post(wall.page("/api/messages")).json(&json!({ "text": format!("flood {n}") }));
        Ok::<_, anyhow::Error>(tests::Reply::to(posted).await?.status)
    };
    let mut n = 0;
    while flood(n).await? != 429 {
        n += 1;
    }
    write(&browser, "Third one in a row, sorry").await?;
    write(&browser, "and one more").await?;
    browser.until_shown("#outbox", "Many are writing. Trying again in").await?;
    browser.until_shown("#outbox", "second of 5 tries").await?;
    browser.until_message("and one more").await?;
    until_nothing_is_on_its_way(&browser).await?;
    ensure!(browser.run("return new Set(keys).size === 2 && keys.length > 2", &[]).await? == true, "other keys");
    let posted = wall.get().await?;
    ensure!(posted.ends_with("Third one in a row, sorry\nand one more\n"), "{posted}");
    assert_eq!(posted.matches("sorry").count(), 1);
    browser.quit().await
}

#[tokio::test]
async fn a_draft_is_kept_while_its_author_signs_in() -> Result<()> {
    let wall = Wall::builder()?.variable("POSTERS", "token").variable("POSTER_TOKEN", "let-me-in").start().await?;
    let browser = Browser::open(&wall.page("/")).await?;
    write(&browser, "Half a thought").await?;
    browser.until_shown("#refused", "sign in").await?;
    browser.element(".invited a").await?.click().await?;
    browser.element("#token").await?.send_keys("let-me-in").await?;
    browser.element("form button").await?.click().await?;
    browser.until_shown("#connection", "live").await?;
    ensure!(browser.element("#text").await?.value().await?.as_deref() == Some("Half a thought"), "the draft is lost");
    browser.element("#post").await?.click().await?;
    browser.until_message("Half a thought").await?;
    browser.reload().await?;
    browser.until_message("Half a thought").await?;
    ensure!(browser.element("#text").await?.value().await?.as_deref() == Some(""), "it is still there");
    browser.quit().await
}
