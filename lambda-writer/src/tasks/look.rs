//! One task: it looks at the volume, and its answer is compared with what was written.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use aws_lambda_events::http::Request;
use http_body_util::{BodyExt, Empty, Limited};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use shared_volume::wall::{Cursor, Reached};
use tokio::time::{sleep, timeout_at};
use wall_api::{ErrorBody, Looked, NotApplied, TaskState};

use super::patience::Patience;

/// The longest answer of a task, in bytes.
const MAX_ANSWER_BYTES: usize = 64 * 1024;

/// The pause before a task that has not read the effect is asked again.
const PAUSE: Duration = Duration::from_millis(20);

/// The client for all tasks. It keeps connections open between invocations.
pub(super) type Client = hyper_util::client::legacy::Client<HttpConnector, Empty<&'static [u8]>>;

pub(super) fn client() -> Client {
    let mut client = hyper_util::client::legacy::Client::builder(TokioExecutor::new());
    client.pool_timer(TokioTimer::new()).pool_idle_timeout(Duration::from_secs(20)).build_http()
}

/// The effect that a task has to serve.
#[derive(Debug, Clone, Copy)]
pub(super) enum Effect {
    /// A change of the wall.
    Wall(Reached),
    /// A file. A follower that has looked has it in place, unless it says why not.
    File,
}

/// Makes a task look, and returns nothing if it serves what was written. If nobody waits for that, the task only has to be told.
pub(super) async fn look(
    client: &Client,
    address: SocketAddr,
    effect: Effect,
    patience: Patience,
    deadline: Instant,
) -> Result<(), NotApplied> {
    loop {
        let silent = |reason: String| not_applied(address, None, TaskState::Silent, &reason);
        let looked = match timeout_at(deadline.into(), ask(client, address, patience.waits)).await {
            Ok(Ok(Some(looked))) => looked,
            Ok(Ok(None)) => return Ok(()),
            Ok(Err(error)) => return Err(silent(format!("{error:#}"))),
            Err(_) => return Err(silent(format!("no answer within {} ms", patience.within.as_millis()))),
        };
        let Some(other) = compare(address, &looked, effect) else { return Ok(()) };
        if other.state != TaskState::Behind || Instant::now() + PAUSE >= deadline {
            return Err(other);
        }
        sleep(PAUSE).await;
    }
}

/// Makes a task look. Returns what it serves, or nothing if it has only been told.
async fn ask(client: &Client, address: SocketAddr, waits: bool) -> anyhow::Result<Option<Looked>> {
    let path = if waits { "/look" } else { "/look?wait=false" };
    let request = Request::post(format!("http://{address}{path}")).body(Empty::new()).context("the request")?;
    let response = client.request(request).await.map_err(root)?;
    let status = response.status();
    let body =
        Limited::new(response.into_body(), MAX_ANSWER_BYTES).collect().await.map_err(anyhow::Error::from_boxed)?;
    let body = body.to_bytes();
    if !status.is_success() {
        match serde_json::from_slice::<ErrorBody>(&body) {
            Ok(refusal) => bail!("{}", refusal.message),
            Err(_) => bail!("it answered {status}"),
        }
    }
    if waits { serde_json::from_slice(&body).context("its answer").map(Some) } else { Ok(None) }
}

/// Returns the cause of an error of the client, which says only that the request failed.
fn root(error: hyper_util::client::legacy::Error) -> anyhow::Error {
    let error = anyhow::Error::new(error);
    anyhow::anyhow!("{}", error.root_cause())
}

/// Returns nothing if the task serves what was written.
fn compare(address: SocketAddr, looked: &Looked, effect: Effect) -> Option<NotApplied> {
    let other = |state, reason: String| Some(not_applied(address, Some(&looked.task), state, &reason));
    let reached = match (effect, &looked.rejected) {
        (Effect::Wall(reached), _) => reached,
        (Effect::File, Some(fault)) => return other(TaskState::Rejected, format!("rejected: {fault}")),
        (Effect::File, None) => return None,
    };
    if let Some(generation) = reached.generation.filter(|generation| looked.generation < *generation) {
        return match &looked.rejected {
            Some(fault) => other(TaskState::Rejected, format!("rejected: {fault}")),
            None => other(TaskState::Behind, format!("it uses generation {}, not {generation}", looked.generation)),
        };
    }
    // A follower of files (`crates/follow`) uses the configuration and serves no wall.
    if looked.cursor.is_empty() {
        return None;
    }
    let Ok(cursor) = looked.cursor.parse::<Cursor>() else {
        return other(TaskState::Silent, format!("its cursor {:?} is invalid", looked.cursor));
    };
    if serves(cursor, reached.cursor) { None } else { other(TaskState::Behind, "it has not read it yet".to_owned()) }
}

/// Returns true if a task at `cursor` has read everything up to `reached`, or serves a wall that began later.
fn serves(cursor: Cursor, reached: Cursor) -> bool {
    if cursor.wall == reached.wall { cursor.position >= reached.position } else { cursor.wall > reached.wall }
}

fn not_applied(address: SocketAddr, task: Option<&str>, state: TaskState, reason: &str) -> NotApplied {
    NotApplied::new(address.to_string(), task, state, reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_follower_of_files_has_no_cursor_and_is_compared_by_its_generation() {
        let cursor = Cursor { wall: "01M7000000000000000000000A".parse().unwrap(), position: 7, edition: 0 };
        let looked = Looked { task: "a".to_owned(), cursor: String::new(), generation: 3, rejected: None };
        let others = |generation| {
            let reached = Reached { cursor, generation, file: false, wall: true };
            compare(([127, 0, 0, 1], 8082).into(), &looked, Effect::Wall(reached))
        };
        assert!(others(None).is_none() && others(Some(3)).is_none());
        assert_eq!(others(Some(4)).map(|other| other.state), Some(TaskState::Behind));
    }

    #[test]
    fn a_task_serves_a_write_if_it_has_read_as_far_or_serves_a_later_wall() {
        let [first, second] = ["01M7000000000000000000000A", "01M7000000000000000000000B"];
        let at = |wall: &str, position| Cursor { wall: wall.parse().unwrap(), position, edition: 0 };
        assert!(serves(at(first, 20), at(first, 20)) && serves(at(first, 30), at(first, 20)));
        assert!(!serves(at(first, 10), at(first, 20)));
        assert!(serves(at(second, 0), at(first, 20)) && !serves(at(first, 30), at(second, 0)));
    }
}
