//! Callers that post without end, each to its own function, and record the acknowledged messages.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::function::{Posted, post};
use crate::latency::Latencies;

/// The pause before a post without acknowledgement is sent again.
const PAUSE: Duration = Duration::from_millis(100);

/// The time for which each caller repeats its last post after the end.
const LAST_TRIES: Duration = Duration::from_secs(30);

/// Running callers.
pub(crate) struct Posters {
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<Record>>,
}

/// The results of one caller.
#[derive(Debug, Default)]
pub(crate) struct Record {
    /// The texts that the function acknowledged.
    pub(crate) acknowledged: Vec<String>,
    /// The time that each acknowledgement took.
    pub(crate) took: Vec<Duration>,
    /// The longest time that any answer took.
    pub(crate) longest: Duration,
    /// The number of refusals and function errors, by name.
    pub(crate) refusals: BTreeMap<String, u64>,
    /// The number of posts with unknown result.
    pub(crate) unknown: u64,
}

impl Posters {
    /// Starts a caller for each of these URLs.
    pub(crate) fn start(urls: Vec<String>) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let caller = |(number, url): (usize, String)| {
            let stop = Arc::clone(&stop);
            std::thread::spawn(move || call(number, &url, &stop))
        };
        Self { threads: urls.into_iter().enumerate().map(caller).collect(), stop }
    }

    /// Ends the callers. Each repeats its last post until the result is known.
    pub(crate) fn end(self) -> Vec<Record> {
        self.stop.store(true, Ordering::Relaxed);
        self.threads.into_iter().map(|thread| thread.join().unwrap_or_default()).collect()
    }
}

fn call(caller: usize, url: &str, stop: &AtomicBool) -> Record {
    let mut record = Record::default();
    for number in 0.. {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let text = format!("caller {caller} message {number}");
        let mut stopped = None;
        while !record.is_accepted(url, &text) {
            if stop.load(Ordering::Relaxed) && stopped.get_or_insert_with(Instant::now).elapsed() > LAST_TRIES {
                break;
            }
            std::thread::sleep(PAUSE);
        }
    }
    record
}

impl Record {
    /// Posts once. Returns true if the post was acknowledged. The text is also the event id, so that a repetition is
    /// recognised.
    fn is_accepted(&mut self, url: &str, text: &str) -> bool {
        let began = Instant::now();
        let posted = post(url, text, text);
        let took = began.elapsed();
        self.longest = self.longest.max(took);
        match posted {
            Posted::Accepted(_) => {
                self.acknowledged.push(text.to_owned());
                self.took.push(took);
                return true;
            }
            Posted::Refused(name) => *self.refusals.entry(name).or_default() += 1,
            Posted::Unknown => self.unknown += 1,
        }
        false
    }

    pub(crate) fn latencies(&self) -> Latencies {
        Latencies::of(self.took.iter().copied().map(Some))
    }
}

/// The comparison of the wall with the acknowledged messages.
#[derive(Debug, Default)]
pub(crate) struct Account {
    pub(crate) acknowledged: usize,
    pub(crate) on_the_wall: usize,
    pub(crate) lost: usize,
    pub(crate) doubled: usize,
}

impl Account {
    pub(crate) fn of(records: &[Record], wall: &[String]) -> Self {
        let mut count = BTreeMap::<&str, usize>::new();
        wall.iter().for_each(|text| *count.entry(text).or_default() += 1);
        let acknowledged = || records.iter().flat_map(|record| &record.acknowledged);
        Self {
            acknowledged: acknowledged().count(),
            on_the_wall: wall.len(),
            lost: acknowledged().filter(|text| !count.contains_key(text.as_str())).count(),
            doubled: count.values().filter(|times| **times > 1).count(),
        }
    }

    pub(crate) fn is_right(&self) -> bool {
        self.acknowledged > 0 && self.lost == 0 && self.doubled == 0
    }
}

/// Returns the texts in the log on the server.
pub(crate) fn log(wall: &str) -> anyhow::Result<Vec<String>> {
    let content = fs_err::read_to_string(crate::server::path(wall).join("content"))?;
    let text = |line: &str| serde_json::from_str::<serde_json::Value>(line).ok()?["text"].as_str().map(str::to_owned);
    Ok(content.lines().filter_map(text).collect())
}

impl std::fmt::Display for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { acknowledged, on_the_wall, lost, doubled } = self;
        write!(f, "{acknowledged} acknowledged, {on_the_wall} on the wall, {lost} lost, {doubled} doubled")
    }
}
