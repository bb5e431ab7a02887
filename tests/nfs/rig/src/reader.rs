//! The reader on one of the clients, and its event stream.

use std::io::Read;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use serde_json::Value;
use support::{Process, read_events, wait_for};

use crate::clients::Client;
use crate::function::START;
use crate::http::{self, Answer};
use crate::process::{self, READER};

const PATIENCE: Duration = Duration::from_secs(5);

/// A running reader.
#[derive(Debug)]
pub(crate) struct Reader {
    pub(crate) url: String,
    _process: Process,
}

impl Reader {
    /// Starts the reader of a wall. `function` is the API that its page posts to.
    pub(crate) fn start(port: u16, client: Client, wall: impl AsRef<Path>, function: Option<&str>) -> Result<Self> {
        let (listen, internal) = (format!("127.0.0.1:{port}"), Self::internal(port));
        let wall = client.path(wall).to_string_lossy().into_owned();
        let mut arguments =
            vec!["fargate-reader", "--listen", &listen, "--internal-listen", &internal, "--wall-dir", &wall];
        arguments.extend(function.is_some().then_some(["--writer-function", "MessageWall"]).into_iter().flatten());
        let variables = [
            ("AWS_ENDPOINT_URL_LAMBDA", function.unwrap_or("http://127.0.0.1:9")),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "local"),
            ("AWS_SECRET_ACCESS_KEY", "local"),
            ("AWS_EC2_METADATA_DISABLED", "true"),
        ];
        let process = process::start(&format!("reader-{port}"), READER, &arguments, &variables)?;
        let reader = Self { url: format!("http://{listen}"), _process: process };
        let is_ready = || reader.get("/ready").is_ok_and(|answer| answer.status == 200);
        ensure!(wait_for(START, is_ready), "the reader is not ready");
        Ok(reader)
    }

    /// Returns the internal address of the reader with this port, at which the function tells it what was written.
    pub(crate) fn internal(port: u16) -> String {
        format!("127.0.0.1:{}", port + 200)
    }

    pub(crate) fn get(&self, path: &str) -> Result<Answer> {
        http::get(&format!("{}{path}", self.url), PATIENCE)
    }

    pub(crate) fn json(&self, path: &str) -> Result<Value> {
        Ok(self.get(path)?.json())
    }

    /// Returns the texts of all messages, oldest first.
    pub(crate) fn texts(&self) -> Result<Vec<String>> {
        Ok(texts(&self.json("/api/messages?limit=10000")?))
    }

    pub(crate) fn events(&self) -> Result<Stream> {
        Stream::open(http::stream(&format!("{}/events", self.url))?)
    }
}

/// Returns the texts of a page of messages.
pub(crate) fn texts(page: &Value) -> Vec<String> {
    let text = |message: &Value| message["text"].as_str().unwrap_or_default().to_owned();
    page["messages"].as_array().into_iter().flatten().map(text).collect()
}

/// An event that the reader sent, and its arrival.
#[derive(Clone, Debug)]
pub(crate) struct Event {
    pub(crate) when: Instant,
    pub(crate) name: String,
    pub(crate) data: Value,
}

/// The open stream `/events` and all events that it has sent.
#[derive(Debug)]
pub(crate) struct Stream(Arc<(Mutex<Vec<Event>>, Condvar)>);

impl Stream {
    /// Waits until the stream has sent the wall and its configuration as they are now.
    fn open(body: impl Read + Send + 'static) -> Result<Self> {
        let events = Arc::new((Mutex::new(Vec::new()), Condvar::new()));
        let stream = Self(Arc::clone(&events));
        std::thread::spawn(move || listen(body, &events));
        let begun = |kind: &str| stream.find(0, Duration::from_secs(20), |event| event.name == kind).is_some();
        ensure!(begun("wall") && begun("config"), "/events does not begin with the wall and its configuration");
        Ok(stream)
    }

    /// Returns the number of events so far, which is the number of the next event.
    pub(crate) fn len(&self) -> usize {
        self.events().len()
    }

    /// Waits for an event with the number `from` or a higher one.
    pub(crate) fn find(&self, from: usize, patience: Duration, matches: impl Fn(&Event) -> bool) -> Option<Event> {
        let deadline = Instant::now() + patience;
        let mut events = self.events();
        let mut searched = from;
        loop {
            if let Some(found) = events.iter().skip(searched).find(|event| matches(event)) {
                return Some(found.clone());
            }
            searched = searched.max(events.len());
            let left = deadline.checked_duration_since(Instant::now())?;
            events = self.0.1.wait_timeout(events, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Returns the texts in the order in which a browser shows them: those of the last `wall`, then each `message`.
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

fn listen(body: impl Read + 'static, events: &(Mutex<Vec<Event>>, Condvar)) {
    for event in read_events(body).map_while(Result::ok) {
        let event = Event { when: Instant::now(), name: event.name, data: event.data };
        events.0.lock().unwrap_or_else(PoisonError::into_inner).push(event);
        events.1.notify_all();
    }
}
