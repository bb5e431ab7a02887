//! The work that an event asks for, whatever its source.

use shared_volume::files::FileName;
use wall_api::{ErrorBody, PostResult, PostedMany, ReadLimit};

use crate::commands::{self, Answers, Occasion, Step, Write, Written};
use crate::error::Failure;
use crate::invocation::Invocation;
use crate::reply::{Reconciled, Reply};
use crate::sources::FollowedDocument;

/// The work that an event asks for.
#[derive(Debug)]
pub(super) enum Work {
    /// Returns the newest messages.
    Read(ReadLimit),
    /// Returns the newest generations of a file.
    FileHistory(FileName, ReadLimit),
    /// Executes one command.
    Write(Write),
    /// Adds messages in their order. A message that could not be parsed has the reason.
    Posts(Vec<Result<Write, Failure>>),
    /// Publishes a followed document if it is newer.
    Follow(Box<FollowedDocument>, Occasion),
    /// Compares all followed documents with their sources. It has the event id with its source.
    Reconcile(String),
    /// Changes nothing, for this reason.
    Nothing(String),
}

impl Work {
    /// Does the work.
    ///
    /// # Errors
    /// Returns a refusal, or a failure of the volume or of a source.
    pub(super) async fn run(self, invocation: &Invocation<'_>) -> Result<Reply, Failure> {
        match self {
            Self::Read(limit) => Ok(Reply::Newest(commands::read(invocation, limit, commands::json_bytes).await?)),
            Self::FileHistory(name, limit) => {
                Ok(Reply::FileHistory(commands::file_history(invocation, name, limit).await?))
            }
            Self::Write(write) => Ok(commands::write(invocation, write).await?.into()),
            Self::Posts(posts) => posts_reply(commands::batch(invocation, steps(posts)).await),
            Self::Follow(document, occasion) => Ok(commands::follow(invocation, &document, &occasion).await?.into()),
            Self::Reconcile(event) => reconcile(invocation, &event).await,
            Self::Nothing(reason) => {
                tracing::info!(reason, "event_changes_nothing");
                Ok(Reply::Nothing { nothing: reason })
            }
        }
    }
}

/// Returns the steps of a list of posts. They are independent of each other.
fn steps(posts: Vec<Result<Write, Failure>>) -> Vec<Step> {
    posts.into_iter().map(|write| Step { group: None, write }).collect()
}

fn posts_reply(answers: Answers) -> Result<Reply, Failure> {
    // A retry of the command finds the messages that were added by their event ids.
    if let Some(stopped) = answers.stopped {
        return Err(stopped);
    }
    let result = |(at, result): (usize, Option<Result<Written, Failure>>)| match result {
        Some(Ok(Written::Posted(posted))) => Some(PostResult::Posted(Box::new(posted))),
        Some(Err(failure)) => Some(PostResult::Refused(refused(at, &failure))),
        Some(Ok(_)) | None => None,
    };
    let results = answers.results.into_iter().enumerate().filter_map(result).collect();
    Ok(Reply::PostedMany(PostedMany { results }))
}

/// Returns the refusal of one of several messages, whose place stands before its field.
fn refused(at: usize, failure: &Failure) -> ErrorBody {
    let (body, place) = (failure.body(), format!("messages.{at}"));
    let field = body.field.map_or_else(|| place.clone(), |field| format!("{place}.{field}"));
    ErrorBody { message: format!("{place}: {}", body.message), field: Some(field.into()), ..body }
}

/// Publishes each followed document that is newer than the published one. A document that cannot be published does not
/// keep the others from being published.
async fn reconcile(invocation: &Invocation<'_>, event: &str) -> Result<Reply, Failure> {
    let (mut documents, mut failed) = (Vec::new(), None);
    for document in invocation.sources().followed() {
        let name = &document.name;
        // One event changes each document at most once.
        let event = format!("{event}#{name}");
        let occasion = Occasion { event, sequencer: None, number: None, reconciled: true };
        match commands::follow(invocation, document, &occasion).await {
            Ok(written) => documents.extend(written.published().map(|(generation, unchanged)| Reconciled {
                document: name.to_string(),
                generation,
                unchanged,
            })),
            Err(failure) => {
                super::logs::failed("reconcile", &failure);
                // A transient failure is worth a retry, and a refusal is reported to somebody.
                if failed.as_ref().is_none_or(|failed: &Failure| !failed.is_transient()) {
                    failed = Some(failure);
                }
            }
        }
    }
    match failed {
        Some(failure) => Err(failure),
        None => Ok(Reply::Reconciled { reconciled: documents }),
    }
}
