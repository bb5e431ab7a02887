//! Remembering events: what it costs, and for how long it holds.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use reqwest::Method;
use shared_volume::message::Draft;
use shared_volume::time::now;
use shared_volume::wall::WallWriter;
use shared_volume::{Volume, WallDir};
use tempfile::TempDir;
use tests::{Wall, patience};

use crate::limit::peak_resident;
use crate::support::{figure, post};

/// How many messages are written at once.
const BATCH: usize = 10_000;

/// How many posts are timed on each wall.
const ROUNDS: usize = 400;

/// How much more a post may cost where so many events are remembered.
const HIGHEST_RATIO: f64 = 1.2;

#[test]
fn a_post_costs_the_same_at_100_and_at_1_000_000_remembered_events() -> Result<()> {
    compare_costs(1_000_000)
}

#[test]
#[ignore = "takes minutes; a larger one, to be run by its name"]
fn a_post_costs_the_same_at_100_and_at_5_000_000_remembered_events() -> Result<()> {
    compare_costs(5_000_000)
}

fn compare_costs(events: usize) -> Result<()> {
    let directory = TempDir::with_prefix("messagewall-")?;
    let few = Remembering::fill(&directory, "few", 100, events)?;
    let many = Remembering::fill(&directory, "many", events, events)?;
    let writers = [few.writer(), many.writer()];
    let mut warm = Timed::default();
    let mut cold = Timed::default();
    let mut retries = Timed::default();
    let mut writers = writers;
    for round in 0..ROUNDS {
        // One after the other, so that whatever else this machine does slows both alike.
        for (which, wall) in [&few, &many].into_iter().enumerate() {
            let writer = &mut writers[which];
            warm.0[which].push(timed(|| append(writer, &[wall.new_draft(round)]))?);
            retries.0[which].push(timed(|| retry(writer, &wall.old_draft(round)))?);
        }
        if round % 20 == 0 {
            for (which, wall) in [&few, &many].into_iter().enumerate() {
                let mut writer = wall.writer();
                cold.0[which].push(timed(|| append(&mut writer, &[wall.new_draft(ROUNDS + round)]))?);
            }
        }
    }
    let (warm, cold, retries) = (warm.medians(), cold.medians(), retries.medians());
    let ratio = ratio(&warm);
    figure(&format!("a post with 100 and {events} remembered events: {warm:?}, {ratio:.2} times as long"));
    figure(&format!("its retry: {retries:?}; the first post of an environment: {cold:?}"));
    figure(&format!(
        "memory of the test, which holds both writers: {} MiB at most",
        peak_resident(std::process::id())?
    ));
    ensure!(ratio <= HIGHEST_RATIO, "a post takes {ratio:.2} times as long");
    Ok(())
}

/// Times on the wall that remembers few events, and on the one that remembers many.
#[derive(Debug, Default)]
struct Timed([Vec<Duration>; 2]);

impl Timed {
    fn medians(self) -> [Duration; 2] {
        self.0.map(|mut times| {
            times.sort_unstable();
            times[times.len() / 2]
        })
    }
}

fn ratio([few, many]: &[Duration; 2]) -> f64 {
    many.as_secs_f64() / few.as_secs_f64()
}

fn timed<T>(work: impl FnOnce() -> Result<T>) -> Result<Duration> {
    let began = Instant::now();
    work()?;
    Ok(began.elapsed())
}

/// A wall that has had so many posts, of which the last ones had an event.
struct Remembering {
    wall: WallDir,
    events: usize,
    posts: usize,
}

impl Remembering {
    fn fill(directory: &TempDir, name: &str, events: usize, posts: usize) -> Result<Self> {
        let volume = directory.path().join(name);
        fs_err::create_dir(&volume)?;
        let this = Self { wall: Volume::new(&volume).wall(None), events, posts };
        let mut writer = this.writer();
        for first in (0..posts).step_by(BATCH) {
            let drafts: Vec<_> = (first..posts.min(first + BATCH)).map(|number| this.draft(number)).collect();
            append(&mut writer, &drafts)?;
        }
        Ok(this)
    }

    fn writer(&self) -> WallWriter {
        WallWriter::new(self.wall.clone())
    }

    fn draft(&self, number: usize) -> Draft {
        let event = (number + self.events >= self.posts).then(|| format!("test:{number}"));
        Draft { author: None, text: format!("message {number} of very many"), event, received: now() }
    }

    /// A post that was not there before.
    fn new_draft(&self, round: usize) -> Draft {
        Draft { event: Some(format!("test:new-{round}")), ..self.draft(round) }
    }

    /// A post whose event is remembered.
    fn old_draft(&self, round: usize) -> Draft {
        self.draft(self.posts - 1 - round * 7919 % self.events)
    }
}

fn append(writer: &mut WallWriter, drafts: &[Draft]) -> Result<()> {
    let batch = writer.append(drafts, Instant::now() + patience())?;
    ensure!(batch.compaction_failed.is_none(), "{:?}", batch.compaction_failed);
    ensure!(batch.answers.iter().all(|answer| answer.as_ref().is_ok_and(|posted| !posted.repeated)), "not all are new");
    Ok(())
}

fn retry(writer: &mut WallWriter, draft: &Draft) -> Result<()> {
    let batch = writer.append(std::slice::from_ref(draft), Instant::now() + patience())?;
    let answer = batch.answers.into_iter().next().context("no answer")??;
    ensure!(answer.repeated, "{:?} was forgotten", draft.event);
    Ok(())
}

#[tokio::test]
async fn a_retry_after_200_000_other_posts_three_compactions_and_a_clear_is_recognised() -> Result<()> {
    let wall = Wall::start().await?;
    post(&wall, "the first", Some("the-key")).await?.success()?;
    let mut writer = WallWriter::new(Volume::new(wall.volume()).wall(None));
    for first in (0..200_000).step_by(BATCH) {
        let draft = |number| Draft {
            author: None,
            text: format!("message {number}"),
            event: Some(format!("test:{number}")),
            received: now(),
        };
        append(&mut writer, &(first..first + BATCH).map(draft).collect::<Vec<_>>())?;
    }
    let replaced = fs_err::read_dir(wall.volume().join("trash"))?.count();
    ensure!(replaced >= 3, "the log was compacted {replaced} times only");
    wall.delete().await?;
    post(&wall, "since", None).await?.success()?;
    // Several times, so that both environments are asked.
    for _ in 0..4 {
        let reply = post(&wall, "the first", Some("the-key")).await?.success()?;
        ensure!(reply.header("x-messagewall-repeated") == "true", "it was forgotten: {}", reply.text()?);
        let reused = wall.request(Method::POST).header("idempotency-key", "the-key").body("another text");
        let reused = crate::support::prompt(reused).await?;
        ensure!(reused.status == 409 && reused.text()?.starts_with("event_reused"), "{}", reused.text()?);
    }
    assert_eq!(wall.get().await?, "since\n");
    Ok(())
}
