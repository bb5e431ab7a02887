//! The largest legal configuration, in the default memory of the containers and of the function.

use std::os::unix::fs::MetadataExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use serde_json::json;
use shared_volume::message::Draft;
use shared_volume::wall::WallWriter;
use shared_volume::{Volume, time};
use tempfile::TempDir;
use tests::{eventually, message_texts, patience};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use crate::limit::{Limit, peak_resident};
use crate::parts::{Deployed, Parts};
use crate::support::figure;

/// The memory of the writer's container in `docker/compose.yaml`, in MiB; half of what the function has by default in `cdk`.
const WRITER_MIB: u64 = 128;

/// The memory of the reader's container in `docker/compose.yaml`, in MiB; half of what a task has by default in `cdk`.
const READER_MIB: u64 = 256;

/// The number of open streams, and the number of those that are never read.
const STREAMS: (usize, usize) = (1000, 500);

/// The longest message, in bytes.
const LONGEST_TEXT: usize = 4000 * 4;

/// The length above which a log is compacted, in bytes.
const LONGEST_LOG: u64 = 24 << 20;

/// The number of messages that all streams follow.
const POSTS: usize = 60;

#[tokio::test(flavor = "multi_thread")]
async fn the_largest_legal_configuration_fits_into_the_default_memory() -> Result<()> {
    let directory = TempDir::with_prefix("messagewall-")?;
    let parts = Parts::new(directory.path())?;
    let wall = parts.start(Limit::of_mib(WRITER_MIB), Limit::of_mib(READER_MIB)).await?;
    figure(&format!("function within {}; reader within {}", wall.limits.0.name(), wall.limits.1.name()));
    let largest = json!({ "keep_messages": 10_000, "max_message_chars": 4000 });
    let changed = wall.invoke(&json!({ "command": "change_config", "patch": largest })).await?;
    ensure!(changed["generation"] == 1, "{changed}");
    // Short ones up to the maximum number, then long ones until the log is compacted because of its length.
    fill(&parts, 10_000, "short")?;
    read_by_everybody(&wall).await.context("10,000 messages")?;
    fill(&parts, 1000, &"\u{1f426}".repeat(3990))?;
    read_by_everybody(&wall).await.context("16 MiB of messages")?;
    // The next posts make the function compact the log.
    let length = fs_err::metadata(parts.volume().join("content"))?.len();
    let room = LONGEST_LOG.checked_sub(length).context("the log is longer than it may be")?;
    fill(&parts, usize::try_from(room)? / LONGEST_TEXT - POSTS / 2, &"\u{1f426}".repeat(3990))?;

    let marker = format!("marker-{:016x}", fastrand::u64(..));
    let streams = Streams::open(&wall, &marker).await?;
    eventually("all streams", async || {
        let status = wall.get("/api/status").await?.json()?;
        ensure!(status["streams"] == STREAMS.0, "{} streams", status["streams"]);
        Ok(())
    })
    .await?;
    read_by_everybody(&wall).await.context("with 1,000 streams")?;
    let before = inode(&parts)?;
    for number in 0..POSTS {
        let text = format!("{number} {}", "\u{1f426}".repeat(3990));
        let posted = wall.post(text).await?;
        ensure!(posted.status.is_success(), "{}: {}", posted.status, posted.text()?.get(..200).unwrap_or_default());
    }
    ensure!(inode(&parts)? != before, "the log was not compacted");
    read_by_everybody(&wall).await.context("after a compaction")?;
    wall.post(marker).await?.success()?;
    streams.all_have_seen_it().await?;
    report(&wall)
}

fn inode(parts: &Parts) -> Result<u64> {
    Ok(fs_err::metadata(parts.volume().join("content"))?.ino())
}

/// Writes this number of messages with this text, at most 8 MiB at once.
fn fill(parts: &Parts, count: usize, text: &str) -> Result<()> {
    let mut writer = WallWriter::new(Volume::new(parts.volume()).wall(None));
    let draft = |number| Draft {
        author: None,
        text: format!("{number} {text}"),
        picture: None,
        event: None,
        received: time::now(),
    };
    let batch = (8 << 20) / LONGEST_TEXT;
    for first in (0..count).step_by(batch) {
        let drafts: Vec<_> = (first..count.min(first + batch)).map(draft).collect();
        let answers = writer.append(&drafts, Instant::now() + patience())?.answers;
        ensure!(answers.iter().all(Result::is_ok), "not all were accepted");
    }
    Ok(())
}

/// Requests the largest answers, four at once from the reader and from the function.
async fn read_by_everybody(wall: &Wall) -> Result<()> {
    let list = || async { wall.get("/api/messages?limit=10000").await?.success() };
    let page = || async { wall.get("/").await?.success() };
    let command = json!({ "command": "read", "limit": 10_000 });
    let read = wall.invoke(&command);
    let (a, b, c, d, e, f, read) = tokio::join!(list(), list(), list(), list(), page(), page(), read);
    for reply in [a, b, c, d] {
        let texts = message_texts(&reply?.json()?)?;
        ensure!(texts.len() >= 1000, "the reader has {} messages", texts.len());
    }
    e?;
    f?;
    ensure!(read?["messages"].as_array().is_some_and(|messages| !messages.is_empty()), "the function has no message");
    Ok(())
}

type Wall = Deployed;

/// Opens the streams of browsers. Some of them never read.
struct Streams {
    seen: Arc<AtomicUsize>,
    reading: JoinSet<Result<()>>,
    _silent: Vec<TcpStream>,
}

impl Streams {
    async fn open(wall: &Wall, marker: &str) -> Result<Self> {
        let seen = Arc::new(AtomicUsize::new(0));
        let (mut reading, mut silent) = (JoinSet::new(), Vec::new());
        for number in 0..STREAMS.0 {
            let mut stream = TcpStream::connect(wall.page).await?;
            let request = "GET /events HTTP/1.1\r\nhost: wall\r\naccept: text/event-stream\r\n\r\n";
            stream.write_all(request.as_bytes()).await?;
            if number % 2 == 0 && silent.len() < STREAMS.1 {
                silent.push(stream);
            } else {
                reading.spawn(read_until(stream, marker.to_owned(), Arc::clone(&seen)));
            }
        }
        Ok(Self { seen, reading, _silent: silent })
    }

    async fn all_have_seen_it(mut self) -> Result<()> {
        let wait = async {
            while let Some(ended) = self.reading.join_next().await {
                ended??;
            }
            Ok(())
        };
        let seen = Arc::clone(&self.seen);
        tokio::time::timeout(2 * patience(), wait)
            .await
            .with_context(|| format!("only {} streams have seen the last message", seen.load(Ordering::Relaxed)))?
    }
}

/// Reads a stream until `marker` comes.
async fn read_until(mut stream: TcpStream, marker: String, seen: Arc<AtomicUsize>) -> Result<()> {
    let mut bytes = vec![0; 64 * 1024];
    let mut kept = 0;
    loop {
        let read = stream.read(&mut bytes[kept..]).await?;
        ensure!(read > 0, "a stream ended");
        let filled = kept + read;
        if memchr::memmem::find(&bytes[..filled], marker.as_bytes()).is_some() {
            seen.fetch_add(1, Ordering::Relaxed);
            return Ok(());
        }
        // The end of the chunk may be the beginning of the marker.
        let rest = filled.min(marker.len());
        bytes.copy_within(filled - rest..filled, 0);
        kept = rest;
    }
}

fn report(wall: &Wall) -> Result<()> {
    for (name, process, limit, mib) in
        [("function", &wall.writer, &wall.limits.0, WRITER_MIB), ("reader", &wall.reader, &wall.limits.1, READER_MIB)]
    {
        let resident = peak_resident(process.pid())?;
        let group = limit.group_peak()?;
        let group = group.map_or_else(String::new, |peak| format!(", with page cache {peak} MiB"));
        figure(&format!("{name}: {resident} MiB at most{group}, of {mib} MiB"));
        ensure!(resident <= mib, "the {name} had {resident} MiB");
    }
    Ok(())
}
