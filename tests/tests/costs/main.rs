//! The instructions and allocations of what happens most often, counted by callgrind. They do not depend on the machine or on
//! its load, as times do. The programs are those of the debug build.

mod callgrind;

use std::path::Path;

use anyhow::{Result, ensure};
use rustix::process::Signal;
use shared_volume::Volume;
use tempfile::TempDir;
use tests::{Cloud, Process, Reader};

use self::callgrind::{Counts, callgrind};

/// The requests of a short run, and those that a longer run makes in addition.
const FEW: u64 = 100;
const MORE: u64 = 100;

/// The most that a post costs the function, from the event to the reply.
const POST: Counts = Counts { instructions: 3_750_000, allocations: 850 };

/// The most that a request for a page of 100 messages costs the reader, which has made the page before.
const MESSAGES: Counts = Counts { instructions: 215_000, allocations: 12 };

/// Ends a process that counts, and returns its counts.
async fn end(mut process: Process, file: &Path) -> Result<Counts> {
    process.signal(Signal::TERM)?;
    let status = process.ended().await?;
    ensure!(status.success(), "{status}: {}", process.output());
    Counts::read(file)
}

/// Returns the counts of a function that gets so many posts.
async fn posts(number: u64) -> Result<Counts> {
    let (cloud, directory) = (Cloud::start(&[]).await?, TempDir::with_prefix("counts-")?);
    let file = directory.path().join("callgrind");
    let function = cloud.environment(Some(callgrind(&file)))?;
    for post in 0..number {
        cloud.post(&format!("message {post}")).await?.success()?;
    }
    end(function, &file).await
}

/// Returns the counts of a reader that gets so many requests.
async fn requests(path: &str, number: u64) -> Result<Counts> {
    let (volume, directory) = (TempDir::with_prefix("wall-")?, TempDir::with_prefix("counts-")?);
    let texts: String = (0..100).map(|number| format!("message {number}\n")).collect();
    fs_err::write(Volume::new(volume.path()).wall(None).content(), texts)?;
    let file = directory.path().join("callgrind");
    let reader = Reader::start_under(callgrind(&file), volume.path()).await?;
    for _ in 0..number {
        reader.get(path).await?.success()?;
    }
    end(reader.process, &file).await
}

#[expect(clippy::print_stdout, reason = "`tests/all` shows the figures")]
fn check(what: &str, found: Counts, most: Counts) -> Result<()> {
    println!("figure: {what}: {found}");
    let is_within = found.instructions <= most.instructions && found.allocations <= most.allocations;
    ensure!(is_within, "{what}: {found}; recorded are at most {most}");
    // A bound that is far away bounds nothing.
    ensure!(2 * found.instructions >= most.instructions, "{what}: {found}; lower the bounds, {most}");
    Ok(())
}

#[tokio::test]
async fn a_post_costs_the_function_no_more_than_recorded() -> Result<()> {
    let found = posts(FEW + MORE).await?.of_each(posts(FEW).await?, MORE);
    check("a post", found, POST)
}

#[tokio::test]
async fn a_page_of_messages_costs_the_reader_no_more_than_recorded() -> Result<()> {
    let more = 10 * MORE;
    let found = requests("/api/messages", FEW + more).await?.of_each(requests("/api/messages", FEW).await?, more);
    check("100 messages", found, MESSAGES)
}
