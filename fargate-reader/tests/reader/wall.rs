//! A volume, a writer, and a reader that follows it.

use std::io::Write;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use fargate_reader::{Addresses, Limits, Readers, Roles, Settings, Token, TokenSource, Watch};
use reqwest::{Client, Response};
use serde_json::{Value, json};
use shared_volume::config::{Cause, Change, Outcome, Published, Request};
use shared_volume::message::{Draft, Message};
use shared_volume::wall::WallWriter;
use shared_volume::{Volume, WallDir};
use support::Stream;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// The time after which a test gives up. No test waits that long unless it fails.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// A directory that may become a volume.
pub(crate) struct Wall {
    root: TempDir,
}

impl Wall {
    /// Returns a wall whose directory is empty.
    pub(crate) fn empty() -> Self {
        let wall = Self::missing();
        fs_err::create_dir(wall.path()).unwrap();
        wall
    }

    /// Returns a wall whose directory does not exist.
    pub(crate) fn missing() -> Self {
        Self { root: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.root.path().join("wall")
    }

    pub(crate) fn dir(&self) -> WallDir {
        Volume::new(self.path()).wall(None)
    }

    /// Writes messages as the function does, one batch.
    pub(crate) fn append(&self, texts: &[&str]) -> Vec<Message> {
        let draft = |text: &&str| Draft {
            author: Some("ann".to_owned()),
            text: (*text).to_owned(),
            picture: None,
            event: None,
            received: shared_volume::time::now(),
        };
        let drafts: Vec<_> = texts.iter().map(draft).collect();
        let batch = WallWriter::new(self.dir()).append(&drafts, Instant::now() + PATIENCE).unwrap();
        batch.answers.into_iter().map(|answer| answer.unwrap().message).collect()
    }

    pub(crate) fn clear(&self) {
        WallWriter::new(self.dir()).clear(None, Instant::now() + PATIENCE).unwrap();
    }

    /// Removes a message as the function does.
    pub(crate) fn remove(&self, id: &str) {
        WallWriter::new(self.dir()).remove(id, None, None, Instant::now() + PATIENCE).unwrap();
    }

    /// Restores the messages that the last compaction has dropped.
    pub(crate) fn restore(&self) {
        let mut writer = WallWriter::new(self.dir());
        let trashed = writer.trash().unwrap().pop().unwrap();
        writer.restore(trashed.file, Instant::now() + PATIENCE).unwrap();
    }

    /// Publishes a configuration as the function does.
    pub(crate) fn configure(&self, patch: Value) -> Published {
        let cause = Cause { source: "test".to_owned(), ..Cause::default() };
        let request = Request { change: Change::Patch(patch), expected_generation: None, cause };
        match WallWriter::new(self.dir()).publish(request, Instant::now() + PATIENCE).unwrap() {
            Outcome::Published(published) | Outcome::Repeated(published) | Outcome::Unchanged(published, _) => {
                published
            }
        }
    }

    /// Replaces the document in `config.json` as a person does, without an envelope.
    pub(crate) fn configure_by_hand(&self, config: &Value) {
        self.write("config.json", config.to_string());
    }

    pub(crate) fn write(&self, file: &str, bytes: impl AsRef<[u8]>) {
        fs_err::write(self.path().join(file), bytes).unwrap();
    }

    /// Appends as another program does.
    pub(crate) fn append_plain(&self, lines: &str) {
        let mut log = fs_err::OpenOptions::new().append(true).open(self.path().join("content")).unwrap();
        log.write_all(lines.as_bytes()).unwrap();
    }

    pub(crate) fn settings(&self) -> Settings {
        Settings {
            task: "test".to_owned(),
            require_mount: false,
            wall_dir: self.path(),
            listen: ([127, 0, 0, 1], 0).into(),
            internal_listen: None,
            writer_function: None,
            inference_function: None,
            uploads_dir: None,
            watch: Watch::Native,
            watch_interval: Duration::from_millis(20),
            announced_interval: Duration::from_secs(1),
            readers: Readers::default(),
            cloud_status: None,
            roles: Roles::default(),
            addresses: Addresses::default(),
            limits: Limits::default(),
        }
    }

    /// Starts a reader and waits until it has read the wall.
    pub(crate) async fn reader(&self) -> Reader {
        let reader = Reader::start(self.settings()).await;
        reader.eventually("/ready", |ready| ready["ready"] == json!(true)).await;
        reader
    }
}

/// A running reader. It ends with the test.
pub(crate) struct Reader {
    pub(crate) address: String,
    pub(crate) client: Client,
    shutdown: CancellationToken,
    running: JoinHandle<anyhow::Result<()>>,
}

impl Reader {
    pub(crate) async fn start(settings: Settings) -> Self {
        let listener = TcpListener::bind(settings.listen).await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let shutdown = CancellationToken::new();
        let running = tokio::spawn(fargate_reader::run(listener, settings, shutdown.clone().cancelled_owned()));
        // Tests look at redirects.
        let client = support::client_builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { address, client, shutdown, running }
    }

    pub(crate) async fn start_with_admin(wall: &Wall, token: &str) -> Self {
        let roles = Roles { admin: Token::new(token).map(TokenSource::Given), ..Roles::default() };
        Self::start(Settings { roles, ..wall.settings() }).await
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.client.get(self.url(path)).send().await.unwrap()
    }

    pub(crate) async fn json(&self, path: &str) -> Value {
        self.get(path).await.json().await.unwrap()
    }

    /// Sends the request until the response is as expected, and returns it.
    pub(crate) async fn eventually(&self, path: &str, expected: impl Fn(&Value) -> bool) -> Value {
        let begun = Instant::now();
        loop {
            let answer = self.json(path).await;
            if expected(&answer) {
                return answer;
            }
            assert!(begun.elapsed() < PATIENCE, "{path} stays {answer:#}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Returns the texts on the wall, oldest first.
    pub(crate) async fn texts(&self) -> Vec<String> {
        texts(&self.json("/api/messages?limit=10000").await)
    }

    /// Waits until these are the texts on the wall.
    pub(crate) async fn shows(&self, expected: &[&str]) -> Value {
        self.eventually("/api/messages?limit=10000", |answer| texts(answer) == expected).await
    }

    /// Opens a stream after `last_event_id`, or after the cursor in the query.
    pub(crate) async fn follow(&self, path: &str, last_event_id: Option<&str>) -> Events {
        Events(Stream::open(&self.url(path), last_event_id).await.unwrap())
    }

    /// Shuts the reader down and waits until it has ended.
    pub(crate) async fn shut_down(self) -> anyhow::Result<()> {
        self.shutdown.cancel();
        tokio::time::timeout(PATIENCE, self.running).await.expect("the reader did not end").unwrap()
    }
}

pub(crate) fn texts(answer: &Value) -> Vec<String> {
    let messages = answer["messages"].as_array().cloned().unwrap_or_default();
    messages.iter().map(|message| message["text"].as_str().unwrap().to_owned()).collect()
}

/// An event of a stream.
pub(crate) struct Event {
    pub(crate) event: String,
    pub(crate) id: String,
}

/// A stream of events, as a browser gets it.
pub(crate) struct Events(Stream);

impl Events {
    /// Returns the next event of one of these kinds and skips others.
    pub(crate) async fn next(&mut self, kinds: &[&str]) -> (Event, Value) {
        let event = self.0.until("such an event", |event| kinds.contains(&event.name.as_str())).await.unwrap();
        (Event { event: event.name, id: event.id }, event.data)
    }

    /// Returns true if the stream ends, after any number of events.
    pub(crate) async fn ends(mut self) -> bool {
        self.0.ended().await.is_ok()
    }
}
