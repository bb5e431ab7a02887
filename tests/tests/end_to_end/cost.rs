//! The cost of a post, and the maximum length of the log.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::json;
use shared_volume::message::Draft;
use shared_volume::volume::Volume;
use shared_volume::wall::WallWriter;
use tests::{Wall, eventually, message_texts};

/// The number of timed posts on each wall.
const ROUNDS: usize = 200;

/// The maximum ratio between a post on the long wall and one on the short wall.
const HIGHEST_RATIO: f64 = 1.5;

#[tokio::test]
async fn a_post_costs_the_same_at_10_and_at_10_000_messages() -> Result<()> {
    let (short, long) = (Wall::start().await?, Wall::start().await?);
    fill(&short, 10).await?;
    fill(&long, 10_000).await?;
    let (mut short_times, mut long_times) = (Vec::new(), Vec::new());
    // In turns, so that other work on this machine slows both in the same way.
    for round in 0..ROUNDS {
        short_times.push(time_post(&short, round).await?);
        long_times.push(time_post(&long, round).await?);
    }
    let (short, long) = (median(short_times), median(long_times));
    let ratio = long.as_secs_f64() / short.as_secs_f64();
    ensure!(ratio <= HIGHEST_RATIO, "{ratio:.2}: {long:?} with 10,000 messages, {short:?} with 10");
    Ok(())
}

#[tokio::test]
async fn the_log_has_at_most_about_twice_keep_messages() -> Result<()> {
    let wall = Wall::start().await?;
    wall.change_config(&json!({ "keep_messages": 10 })).await?;
    let content = wall.volume().join("content");
    let mut longest = 0;
    for number in 0..100 {
        wall.post(format!("message {number}")).await?.success()?;
        let lines = fs_err::read_to_string(&content)?.lines().count();
        longest = longest.max(lines);
    }
    // Twice as many, the header, and the message that made the log too long.
    ensure!(longest <= 22, "the log had {longest} lines");
    let kept: Vec<_> = (90..100).map(|number| format!("message {number}")).collect();
    assert_eq!(wall.get().await?.lines().collect::<Vec<_>>(), kept);
    eventually("the newest ten at the reader", async || {
        let texts = message_texts(&wall.json("/api/messages").await?)?;
        ensure!(texts == kept, "it has {texts:?}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_browser_gets_no_event_of_a_compaction() -> Result<()> {
    let wall = Wall::start().await?;
    wall.change_config(&json!({ "keep_messages": 5 })).await?;
    let mut events = wall.events().await?;
    for number in 0..30 {
        let text = format!("message {number}");
        wall.post(text.clone()).await?.success()?;
        let is_news = |event: &tests::Event| event.name == "message" || event.name == "wall";
        let event = events.until(&text, is_news).await?;
        assert_eq!((event.name.as_str(), &event.data["text"]), ("message", &json!(text)));
    }
    Ok(())
}

/// Posts this number of messages to a wall that keeps them all.
async fn fill(wall: &Wall, messages: usize) -> Result<()> {
    wall.change_config(&json!({ "keep_messages": messages })).await?;
    let draft = |number| Draft {
        author: None,
        text: format!("message {number} of those that were there before"),
        picture: None,
        event: Some(format!("filling-{number}")),
        received: "2026-01-01T12:00:00Z".parse().unwrap_or_default(),
    };
    let drafts: Vec<_> = (0..messages).map(draft).collect();
    let mut writer = WallWriter::new(Volume::new(wall.volume()).wall(None));
    writer.append(&drafts, Instant::now() + tests::patience())?;
    Ok(())
}

async fn time_post(wall: &Wall, round: usize) -> Result<Duration> {
    let begun = Instant::now();
    wall.post(format!("timed {round}")).await?.success().context("a post that is timed")?;
    Ok(begun.elapsed())
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
