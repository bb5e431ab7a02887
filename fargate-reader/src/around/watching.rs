//! Asks the other tasks and the local cloud while somebody watches.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::http::Uri;
use futures_util::future::{join, join_all};
use reader_names::{Addresses, Nameless, Readers};
use serde::Deserialize;
use tokio::sync::watch as channel;
use tokio::time::{Instant, sleep, timeout};

use super::ask::{Client, ask, client};
use super::cloud::CloudReport;
use super::report::TaskReport;

/// The time for which a look at the page counts as watching it.
const WATCHED_FOR: Duration = Duration::from_secs(15);

/// The pause between two rounds of questions.
const PAUSE: Duration = Duration::from_secs(2);

/// The longest time that a round waits for an answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(1);

/// The longest time that a page waits for the first answers.
const PAGE_TIMEOUT: Duration = Duration::from_millis(1_500);

/// The age up to which answers are shown without waiting for newer ones.
const FRESH_FOR: Duration = Duration::from_secs(10);

/// The largest number of tasks that are asked.
const MOST: usize = 64;

/// The path and query of the question. The answer has no configuration, which may be large.
const QUESTION: &str = "/api/status?config=false";

/// The programs around this reader, and their last answers.
#[derive(Debug)]
pub(crate) struct Around {
    /// The id of this task, which does not count as another one.
    task: String,
    names: Addresses,
    cloud: Option<Uri>,
    client: Client,
    watched: channel::Sender<Option<Instant>>,
    answers: channel::Sender<Arc<Surroundings>>,
}

/// The answers of one round.
#[derive(Debug, Clone, Default)]
pub(crate) struct Surroundings {
    /// The other tasks, by their addresses.
    pub(crate) tasks: Vec<OtherTask>,
    /// The number of tasks that were not asked because there are too many.
    pub(crate) unasked: usize,
    /// The local cloud, or the reason why it has not answered; `None` if there is none.
    pub(crate) cloud: Option<Result<CloudReport, String>>,
    /// True if this reader knows the name of the readers.
    pub(crate) has_names: bool,
    at: Option<Instant>,
}

/// Another task.
#[derive(Debug, Clone)]
pub(crate) struct OtherTask {
    /// Its address, or a name without an address.
    pub(crate) address: String,
    /// Its report, or the reason why there is none.
    pub(crate) report: Result<TaskReport, String>,
}

/// The part of an answer that is used.
#[derive(Debug, Deserialize)]
struct Answer {
    task: TaskReport,
}

impl Around {
    /// Prepares questions. Nobody is asked yet.
    pub(crate) fn new(task: &str, readers: Readers, cloud: Option<Uri>) -> Self {
        let names = Addresses::new(readers);
        let answers = channel::Sender::new(Arc::new(Surroundings { has_names: !names.is_empty(), ..<_>::default() }));
        Self { task: task.to_owned(), names, cloud, client: client(), watched: channel::Sender::new(None), answers }
    }

    /// Returns the last answers, and makes the background task ask for others for a while. Waits for answers only if there are
    /// none of the last 10 s, and no longer than 1.5 s.
    pub(crate) async fn watch(&self) -> Arc<Surroundings> {
        let now = Instant::now();
        self.watched.send_replace(Some(now));
        let mut answers = self.answers.subscribe();
        let is_fresh = |answers: &Arc<Surroundings>| answers.at.is_some_and(|at| at + FRESH_FOR >= now);
        if self.has_somebody_to_ask() {
            // Without fresh answers the page says so.
            drop(timeout(PAGE_TIMEOUT, answers.wait_for(is_fresh)).await);
        }
        Arc::clone(&answers.borrow())
    }

    fn has_somebody_to_ask(&self) -> bool {
        !self.names.is_empty() || self.cloud.is_some()
    }

    /// Asks all at the same time.
    async fn ask(&self) -> Surroundings {
        let deadline = Instant::now() + ANSWER_TIMEOUT;
        let cloud = async {
            let uri = self.cloud.clone()?;
            Some(ask(&self.client, uri, deadline).await.map(CloudReport::bounded))
        };
        let ((mut tasks, unasked), cloud) = join(self.ask_tasks(deadline), cloud).await;
        tasks.retain(|task| task.report.as_ref().map_or(true, |report| report.task != self.task));
        Surroundings { tasks, unasked, cloud, has_names: !self.names.is_empty(), at: Some(Instant::now()) }
    }

    async fn ask_tasks(&self, deadline: Instant) -> (Vec<OtherTask>, usize) {
        if self.names.is_empty() {
            return (Vec::new(), 0);
        }
        let found = self.names.find(deadline - ANSWER_TIMEOUT / 2).await;
        let unasked = found.addresses.len().saturating_sub(MOST);
        let questions = found.addresses.into_iter().take(MOST).map(|address| self.ask_task(address, deadline));
        let mut tasks = join_all(questions).await;
        let nameless = |Nameless { name, reason }: Nameless| OtherTask { address: name, report: Err(reason) };
        tasks.extend(found.nameless.into_iter().map(nameless));
        (tasks, unasked)
    }

    async fn ask_task(&self, address: SocketAddr, deadline: Instant) -> OtherTask {
        let report = match format!("http://{address}{QUESTION}").parse() {
            Ok(uri) => ask::<Answer>(&self.client, uri, deadline).await.map(|answer| answer.task.bounded()),
            Err(error) => Err(format!("its address: {error}")),
        };
        OtherTask { address: address.to_string(), report }
    }
}

/// Asks again and again while somebody watches. Never returns.
pub(crate) async fn run(around: &Around) -> Infallible {
    let mut watched = around.watched.subscribe();
    loop {
        let is_watched = |at: &Option<Instant>| at.is_some_and(|at| at.elapsed() < WATCHED_FOR);
        if !around.has_somebody_to_ask() || watched.wait_for(is_watched).await.is_err() {
            // The sender lives as long as `around`.
            std::future::pending::<()>().await;
        }
        around.answers.send_replace(Arc::new(around.ask().await));
        sleep(PAUSE).await;
    }
}
