//! Remembered events: their cost and their lifetime.

use std::fmt;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use reqwest::Method;
use shared_volume::message::Draft;
use shared_volume::time::now;
use shared_volume::wall::WallWriter;
use shared_volume::{Volume, WallDir};
use tempfile::TempDir;
use tests::{Wall, patience};

use crate::limit::peak_resident;
use crate::support::{figure, post};

/// The number of messages in one write.
const BATCH: usize = 10_000;

/// The number of timed posts on each wall in one round.
const POSTS: usize = 100;

/// The number of rounds. Other work on this machine may slow single rounds.
const ROUNDS: usize = 6;

/// The maximum ratio between a post with many remembered events and one with few.
const HIGHEST_RATIO: f64 = 1.2;

/// The default number of remembered events of the large wall. Set with `REMEMBERED_EVENTS`.
const EVENTS: usize = 1_000_000;

#[test]
fn a_post_costs_the_same_at_100_and_at_1_000_000_remembered_events() -> Result<()> {
    let events = std::env::var("REMEMBERED_EVENTS").map_or(Ok(EVENTS), |events| events.parse())?;
    let directory = TempDir::with_prefix("messagewall-")?;
    let few = Remembering::fill(&directory, "few", 100, events)?;
    let many = Remembering::fill(&directory, "many", events, events)?;
    let mut ratios = Vec::new();
    let mut writers = [few.warm_writer()?, many.warm_writer()?];
    for round in 0..ROUNDS {
        let [few, many] = compare(&[&few, &many], &mut writers, round)?;
        figure(&format!("a post with 100 remembered events: {few}"));
        figure(&format!("a post with {events} remembered events: {many}"));
        many.post.ensure_at_most(&few.post)?;
        many.retry.ensure_at_most(&few.retry)?;
        ratios.push(many.took.as_secs_f64() / few.took.as_secs_f64());
        if ratios.last().is_some_and(|ratio| *ratio <= HIGHEST_RATIO) {
            figure(&format!("memory of both writers: {} MiB at most", peak_resident(std::process::id())?));
            return Ok(());
        }
    }
    bail!("a post takes longer by these factors: {ratios:.2?}")
}

/// Measures posts and retries on both walls in turns, so that other work on this machine slows both in the same way.
fn compare(walls: &[&Remembering; 2], writers: &mut [WallWriter; 2], round: usize) -> Result<[Cost; 2]> {
    let (mut costs, mut times) = ([Cost::default(), Cost::default()], [Vec::new(), Vec::new()]);
    for number in round * POSTS..(round + 1) * POSTS {
        for (which, wall) in walls.iter().enumerate() {
            let began = Instant::now();
            costs[which].post += counted(|| append(&mut writers[which], &[wall.new_draft(number)]))?;
            times[which].push(began.elapsed());
            costs[which].retry += counted(|| retry(&mut writers[which], &wall.old_draft(number)))?;
        }
    }
    for (cost, mut times) in costs.iter_mut().zip(times) {
        times.sort_unstable();
        cost.took = times[times.len() / 2];
    }
    Ok(costs)
}

/// The cost of [`POSTS`] posts and the same number of retries.
#[derive(Debug, Default)]
struct Cost {
    /// The median of the posts.
    took: Duration,
    post: Calls,
    retry: Calls,
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { took, post, retry } = self;
        write!(f, "{took:?} in the middle; {POSTS} of them made {post}; their retries {retry}")
    }
}

/// The reads and writes of this thread, as the kernel counts them.
#[derive(Debug, Default, Clone, Copy)]
struct Calls {
    reads: u64,
    bytes_read: u64,
    writes: u64,
    bytes_written: u64,
}

impl Calls {
    fn so_far() -> Result<Self> {
        let counters = fs_err::read_to_string("/proc/thread-self/io")?;
        let counter = |name: &str| -> Result<u64> {
            let value = counters.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
            Ok(value.with_context(|| format!("no {name} in {counters}"))?.parse()?)
        };
        Ok(Self {
            reads: counter("syscr")?,
            bytes_read: counter("rchar")?,
            writes: counter("syscw")?,
            bytes_written: counter("wchar")?,
        })
    }

    fn ensure_at_most(&self, other: &Self) -> Result<()> {
        let highest = |count: u64| count as f64 * HIGHEST_RATIO;
        let is_more = self.reads as f64 > highest(other.reads)
            || self.bytes_read as f64 > highest(other.bytes_read)
            || self.writes as f64 > highest(other.writes)
            || self.bytes_written as f64 > highest(other.bytes_written);
        ensure!(!is_more, "{self} are many more than {other}");
        Ok(())
    }
}

impl std::ops::AddAssign for Calls {
    fn add_assign(&mut self, other: Self) {
        self.reads += other.reads;
        self.bytes_read += other.bytes_read;
        self.writes += other.writes;
        self.bytes_written += other.bytes_written;
    }
}

impl fmt::Display for Calls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { reads, bytes_read, writes, bytes_written } = self;
        write!(f, "{reads} reads of {bytes_read} B and {writes} writes of {bytes_written} B")
    }
}

/// Counts the calls of this thread in `work`, including the one read of the counters.
fn counted(work: impl FnOnce() -> Result<()>) -> Result<Calls> {
    let before = Calls::so_far()?;
    work()?;
    let after = Calls::so_far()?;
    Ok(Calls {
        reads: after.reads - before.reads,
        bytes_read: after.bytes_read - before.bytes_read,
        writes: after.writes - before.writes,
        bytes_written: after.bytes_written - before.bytes_written,
    })
}

/// A wall with a number of posts, the last of which had an event.
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
        // For a minute after a compaction each append looks for late lines in the old log, unless it is gone.
        let trash = this.wall.trash();
        if trash.exists() {
            fs_err::remove_dir_all(trash)?;
        }
        Ok(this)
    }

    fn writer(&self) -> WallWriter {
        WallWriter::new(self.wall.clone())
    }

    /// Returns a writer that has read the log and the digests of the events, as after the first post.
    fn warm_writer(&self) -> Result<WallWriter> {
        let mut writer = self.writer();
        append(&mut writer, &[self.new_draft(ROUNDS * POSTS)])?;
        Ok(writer)
    }

    fn draft(&self, number: usize) -> Draft {
        let event = (number + self.events >= self.posts).then(|| format!("test:{number}"));
        Draft { author: None, text: format!("message {number} of very many"), picture: None, event, received: now() }
    }

    /// Makes a post with a new event.
    fn new_draft(&self, round: usize) -> Draft {
        Draft { event: Some(format!("test:new-{round}")), ..self.draft(round) }
    }

    /// Repeats a post whose event is remembered.
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
            picture: None,
            event: Some(format!("test:{number}")),
            received: now(),
        };
        append(&mut writer, &(first..first + BATCH).map(draft).collect::<Vec<_>>())?;
    }
    let replaced = fs_err::read_dir(wall.volume().join("trash"))?.count();
    ensure!(replaced >= 3, "the log was compacted {replaced} times only");
    wall.delete().await?;
    post(&wall, "since", None).await?.success()?;
    // Several times, so that both environments get a request.
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
