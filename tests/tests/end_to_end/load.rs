//! Many clients and environments, and writers that are killed while they write.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use tests::{Stream, Wall, eventually, message_texts, patience};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

const CLIENTS: usize = 32;
const MESSAGES: usize = 5000;

/// The maximum number of acknowledged messages between two kills. It is a number of messages and not a time, so that a
/// busy machine has as many kills as an idle one, and the test still ends.
const MOST_BETWEEN_KILLS: usize = 100;

/// The end of each message. A message without it is torn.
const END: &str = " and not a byte less.";

/// The results of the messages of one client.
#[derive(Default)]
struct Sent {
    acknowledged: BTreeSet<String>,
    /// Sent, without an answer that names the result.
    unknown: BTreeSet<String>,
}

#[tokio::test(flavor = "multi_thread")]
async fn every_acknowledged_message_is_on_the_wall_once_while_writers_are_killed() -> Result<()> {
    let wall = Arc::new(Wall::builder()?.environments(8).start().await?);
    wall.change_config(&json!({ "keep_messages": 10_000, "max_message_chars": 1000 })).await?;
    let second = wall.second_reader().await?;
    let followers = [follow(wall.events().await?), follow(second.events().await?)];

    let (acknowledged, progress) = watch::channel(0);
    let (sent, killed) = tokio::join!(send_all(&wall, acknowledged), kill_writers(&wall, progress));
    let sent = sent?;
    ensure!(killed >= MESSAGES / MOST_BETWEEN_KILLS / 2, "too few writers were killed: {killed}");
    ensure!(sent.acknowledged.len() >= MESSAGES, "only {} were acknowledged", sent.acknowledged.len());

    // The last message. A follower that has it has all earlier ones.
    wall.post(format!("the last{END}")).await?.success()?;
    let [first, second] = followers;
    let (first, second) = (first.await??, second.await??);
    ensure!(first == second, "the two readers saw different orders");

    let served = eventually("the last message at the reader", async || {
        let texts = message_texts(&wall.json("/api/messages?limit=10000").await?)?;
        ensure!(texts.last().is_some_and(|text| text.starts_with("the last")), "{} messages so far", texts.len());
        Ok(texts)
    })
    .await?;
    ensure!(served == first, "what the reader serves is not what it sent");

    let on_the_wall = counted(&first);
    for text in &sent.acknowledged {
        ensure!(
            on_the_wall.get(text) == Some(&1),
            "acknowledged, and {:?} times on the wall: {text}",
            on_the_wall.get(text)
        );
    }
    for (text, times) in &on_the_wall {
        ensure!(*times == 1, "{times} times on the wall: {text}");
        let known = sent.acknowledged.contains(text) || sent.unknown.contains(text) || text.starts_with("the last");
        ensure!(known && text.ends_with(END), "nobody sent this: {text}");
    }
    let content = fs_err::read(wall.volume().join("content"))?;
    ensure!(content.ends_with(b"\n"), "half a line at the end of the log");
    ensure!(wall.json("/api/status").await?.to_string().contains("damaged"), "the damage is not counted anywhere");
    Ok(())
}

/// Lets all clients send until this number of messages is acknowledged.
async fn send_all(wall: &Arc<Wall>, acknowledged: watch::Sender<usize>) -> Result<Sent> {
    let left = Arc::new(AtomicUsize::new(MESSAGES));
    let acknowledged = Arc::new(acknowledged);
    let mut clients = JoinSet::new();
    for client in 0..CLIENTS {
        clients.spawn(send(Arc::clone(wall), client, Arc::clone(&left), Arc::clone(&acknowledged)));
    }
    let mut all = Sent::default();
    while let Some(sent) = clients.join_next().await {
        let sent = sent??;
        all.acknowledged.extend(sent.acknowledged);
        all.unknown.extend(sent.unknown);
    }
    Ok(all)
}

async fn send(
    wall: Arc<Wall>,
    client: usize,
    left: Arc<AtomicUsize>,
    progress: Arc<watch::Sender<usize>>,
) -> Result<Sent> {
    let mut sent = Sent::default();
    let one_less = |left: usize| left.checked_sub(1);
    let mut number = 0;
    while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less).is_ok() {
        loop {
            number += 1;
            // Some are longer than a page of memory, so that they could be torn.
            let padding = "-".repeat(if number % 10 == 0 { 900 } else { number % 60 });
            let text = format!("{client}.{number} {padding}{END}");
            // Half of the clients send as the blog post does, and give up a message without an answer. The other half
            // send an event id, and repeat the message until they get an answer.
            let acknowledged = if client.is_multiple_of(2) {
                post_once(&wall, &text).await?
            } else {
                post_until(&wall, &text).await?
            };
            if acknowledged {
                progress.send_modify(|messages| *messages += 1);
                sent.acknowledged.insert(text);
                break;
            }
            sent.unknown.insert(text);
        }
    }
    Ok(sent)
}

async fn post_once(wall: &Wall, text: &str) -> Result<bool> {
    let reply = wall.post(text.to_owned()).await?;
    match reply.status.as_u16() {
        200 => Ok(true),
        429 | 500..=504 => Ok(false),
        status => bail!("{status}: {}", reply.text()?),
    }
}

async fn post_until(wall: &Wall, text: &str) -> Result<bool> {
    let event = format!("event of {}", text.split(' ').next().unwrap_or_default());
    let command = json!({ "command": "post", "text": text, "event": event }).to_string();
    let deadline = Instant::now() + patience();
    loop {
        let reply = wall.invocation(command.clone()).await?;
        let answer: Value = reply.json()?;
        let failed = !reply.status.is_success() || !reply.header("x-amz-function-error").is_empty();
        if !failed && answer.get("error").is_none() {
            return Ok(true);
        }
        ensure!(Instant::now() < deadline, "never acknowledged: {answer}");
    }
}

/// Kills one writer after the other until no more messages come. Returns the number of kills.
async fn kill_writers(wall: &Wall, mut progress: watch::Receiver<usize>) -> usize {
    let (mut next, mut killed) = (0, 0);
    while progress.wait_for(|messages| *messages >= next).await.is_ok() {
        next += fastrand::usize(1..=MOST_BETWEEN_KILLS);
        let Ok(environments) = wall.environments().await else { continue };
        let victim = environments.get(fastrand::usize(..environments.len().max(1)));
        if let Some(pid) = victim.and_then(|pid| Pid::from_raw(*pid))
            && kill_process(pid, Signal::KILL).is_ok()
        {
            killed += 1;
        }
    }
    killed
}

/// Collects the texts of a stream, as a browser does, until the last one.
fn follow(mut events: Stream) -> JoinHandle<Result<Vec<String>>> {
    tokio::spawn(async move {
        let mut seen: Vec<String> = Vec::new();
        while seen.last().is_none_or(|text| !text.starts_with("the last")) {
            let event = events.next().await?;
            match event.name.as_str() {
                "message" => seen.push(event.data["text"].as_str().context("no text")?.to_owned()),
                // A stream that falls behind starts over. Here that is an error, because the order could not be compared.
                "wall" => bail!("the wall began anew after {} messages", seen.len()),
                _ => {}
            }
        }
        Ok(seen)
    })
}

fn counted(texts: &[String]) -> BTreeMap<String, usize> {
    let mut times = BTreeMap::new();
    for text in texts {
        *times.entry(text.clone()).or_default() += 1;
    }
    times
}
