//! The reader on one of the clients, and a browser's place before it.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use serde_json::Value;

use crate::clients::Client;
use crate::function::START;
use crate::http::{self, Answer};
use crate::process::{Process, READER};
use crate::wait::wait_for;

const PATIENCE: Duration = Duration::from_secs(5);

/// A running reader.
#[derive(Debug)]
pub(crate) struct Reader {
    pub(crate) url: String,
    _process: Process,
}

impl Reader {
    /// Starts the reader of a wall; `function` is the API by which its page posts.
    pub(crate) fn start(port: u16, client: Client, wall: impl AsRef<Path>, function: Option<&str>) -> Result<Self> {
        let (listen, wall) = (format!("127.0.0.1:{port}"), client.path(wall).to_string_lossy().into_owned());
        let mut arguments = vec!["fargate-reader", "--listen", &listen, "--wall-dir", &wall];
        arguments.extend(function.is_some().then_some(["--writer-function", "MessageWall"]).into_iter().flatten());
        let variables = [
            ("AWS_ENDPOINT_URL_LAMBDA", function.unwrap_or("http://127.0.0.1:9")),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "local"),
            ("AWS_SECRET_ACCESS_KEY", "local"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
        ];
        let process = Process::start(&format!("reader-{port}"), READER, &arguments, &variables)?;
        let reader = Self { url: format!("http://{listen}"), _process: process };
        let is_ready = || reader.get("/ready").is_ok_and(|answer| answer.status == 200);
        ensure!(wait_for(START, is_ready), "the reader is not ready");
        Ok(reader)
    }

    pub(crate) fn get(&self, path: &str) -> Result<Answer> {
        http::get(&format!("{}{path}", self.url), PATIENCE)
    }

    pub(crate) fn json(&self, path: &str) -> Result<Value> {
        Ok(self.get(path)?.json())
    }

    /// The texts of all messages, oldest first.
    pub(crate) fn texts(&self) -> Result<Vec<String>> {
        Ok(texts(&self.json("/api/messages?limit=10000")?))
    }

    pub(crate) fn events(&self) -> Result<Stream> {
        Stream::open(http::stream(&format!("{}/events", self.url))?)
    }
}

/// The texts of a page of messages.
pub(crate) fn texts(page: &Value) -> Vec<String> {
    let text = |message: &Value| message["text"].as_str().unwrap_or_default().to_owned();
    page["messages"].as_array().into_iter().flatten().map(text).collect()
}

/// Something the reader sent.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) when: Instant,
    pub(crate) name: String,
    pub(crate) data: Value,
}

/// `/events`, open, and everything that came by it.
#[derive(Debug)]
pub(crate) struct Stream(Arc<(Mutex<Vec<Event>>, Condvar)>);

impl Stream {
    /// Waits until the wall as it is now has come.
    fn open(body: impl Read + Send + 'static) -> Result<Self> {
        let told = Arc::new((Mutex::new(Vec::new()), Condvar::new()));
        let stream = Self(Arc::clone(&told));
        std::thread::spawn(move || listen(body, &told));
        let begun = |kind: &str| stream.find(0, Duration::from_secs(20), |event| event.name == kind).is_some();
        ensure!(begun("wall") && begun("config"), "/events does not begin with the wall and its configuration");
        Ok(stream)
    }

    /// How many events have come; what comes from now on has this number or a higher one.
    pub(crate) fn len(&self) -> usize {
        self.events().len()
    }

    /// Waits for an event, of those from this number on.
    pub(crate) fn find(&self, from: usize, patience: Duration, is_it: impl Fn(&Event) -> bool) -> Option<Event> {
        let deadline = Instant::now() + patience;
        let mut events = self.events();
        let mut looked_at = from;
        loop {
            if let Some(found) = events.iter().skip(looked_at).find(|event| is_it(event)) {
                return Some(found.clone());
            }
            looked_at = looked_at.max(events.len());
            let left = deadline.checked_duration_since(Instant::now())?;
            events = self.0.1.wait_timeout(events, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// The texts in the order in which a browser would show them: those of the last `wall`, then each `message`.
    pub(crate) fn texts(&self) -> Vec<String> {
        let mut shown = Vec::new();
        for event in self.events().iter() {
            match event.name.as_str() {
                "wall" => shown = texts(&event.data),
                "message" => shown.push(event.data["text"].as_str().unwrap_or_default().to_owned()),
                _ => {}
            }
        }
        shown
    }

    fn events(&self) -> std::sync::MutexGuard<'_, Vec<Event>> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn listen(body: impl Read, told: &(Mutex<Vec<Event>>, Condvar)) {
    let (mut name, mut data) = (String::new(), String::new());
    for line in BufReader::new(body).lines().map_while(Result::ok) {
        if let Some(value) = line.strip_prefix("event:") {
            name = value.trim().to_owned();
        } else if let Some(value) = line.strip_prefix("data:") {
            data.push_str(value);
        } else if line.is_empty() && !name.is_empty() {
            let data = serde_json::from_str(&std::mem::take(&mut data)).unwrap_or_default();
            let event = Event { when: Instant::now(), name: std::mem::take(&mut name), data };
            told.0.lock().unwrap_or_else(PoisonError::into_inner).push(event);
            told.1.notify_all();
        }
    }
}
