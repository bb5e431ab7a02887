//! Callers that post without end, each to a function of its own, and remember what was acknowledged.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::function::{Posted, post};
use crate::latency::Latencies;

/// The pause before a post that was not acknowledged is sent again.
const PAUSE: Duration = Duration::from_millis(100);

/// After the end, how long the last post of each may still be tried.
const LAST_TRIES: Duration = Duration::from_secs(30);

/// Callers at work.
pub(crate) struct Posters {
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<Record>>,
}

/// What one caller saw.
#[derive(Debug, Default)]
pub(crate) struct Record {
    /// The texts that the function says are on the wall.
    pub(crate) acknowledged: Vec<String>,
    /// How long each acknowledged answer took.
    pub(crate) took: Vec<Duration>,
    /// The longest that any answer took, acknowledged or not.
    pub(crate) longest: Duration,
    /// How often an answer was a refusal, or a function error, of this name.
    pub(crate) refusals: BTreeMap<String, u64>,
    /// How often nobody knew.
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

    /// Ends them; what was posted last is tried until it is known.
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
        while !record.took_in(url, &text) {
            if stop.load(Ordering::Relaxed) && stopped.get_or_insert_with(Instant::now).elapsed() > LAST_TRIES {
                break;
            }
            std::thread::sleep(PAUSE);
        }
    }
    record
}

impl Record {
    /// Posts once; answers whether it was acknowledged. The text is the event's id as well, so that a repetition is known.
    fn took_in(&mut self, url: &str, text: &str) -> bool {
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

/// How the texts on the wall fit what was acknowledged.
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

/// The texts in the log as it is on the server.
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
