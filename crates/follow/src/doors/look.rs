//! `POST /look`: looks at the volume now, as a function asks that has published.

use std::time::Duration;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::{Response, StatusCode};
use serde::Serialize;
use tokio::sync::oneshot;

use super::answers::{TEXT, fail, json, respond};
use super::app::App;
use crate::mirror::Wake;

/// The longest wait for a look: a check and a reload take their time.
const LONGEST: Duration = Duration::from_secs(60);

/// The answer, with the fields of the reader's.
#[derive(Debug, Serialize)]
struct Looked<'a> {
    task: &'a str,
    /// A follower has read no wall, so it has no cursor.
    cursor: &'static str,
    /// The smallest generation of the mirrors: of the envelope if the source has one, or else of the target.
    generation: u64,
    /// The reason why the source of a mirror is not in place.
    rejected: Option<String>,
}

/// Makes every mirror look. With `wait=false` the answer comes at once.
pub(super) async fn look(app: &App, query: Option<&str>) -> Response<Full<Bytes>> {
    let waits = !query.is_some_and(|query| query.split('&').any(|part| part == "wait=false"));
    let mut done = Vec::new();
    for mirror in &app.mirrors {
        let (sender, looked) = oneshot::channel();
        if mirror.wakes.send(Wake::Look(sender)).is_err() {
            return fail(StatusCode::SERVICE_UNAVAILABLE, "stopping", "the program is ending");
        }
        done.push(looked);
    }
    if !waits {
        return respond(StatusCode::ACCEPTED, TEXT, Bytes::new());
    }
    let all = async {
        for looked in done {
            // A mirror drops the sender when it has looked.
            drop(looked.await);
        }
    };
    if tokio::time::timeout(LONGEST, all).await.is_err() {
        return fail(StatusCode::SERVICE_UNAVAILABLE, "volume_silent", "the look took longer than 60 s");
    }
    let statuses: Vec<_> = app.mirrors.iter().map(|mirror| mirror.board.status()).collect();
    let generation =
        statuses.iter().map(|status| status.source_generation.unwrap_or(status.generation)).min().unwrap_or(0);
    let rejected = statuses.into_iter().find_map(|status| status.fault).map(|fault| fault.reason);
    json(StatusCode::OK, &Looked { task: &app.task, cursor: "", generation, rejected })
}
