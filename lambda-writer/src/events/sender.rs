//! The sender of a command, which decides on the event id.

use shared_volume::config::Cause;
use wall_api::Origin;

use super::event_id::Source;
use crate::error::{Failure, Problem};
use crate::invocation::Invocation;

/// The sender of a command.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sender<'a> {
    /// The sender in the cause of a configuration, such as `direct`.
    pub(super) name: &'static str,
    /// The source of an event id that the command contains.
    given: Source,
    /// The event id of a command that contains none.
    default: (Source, &'a str),
    /// True if the sender may act for the reader's page.
    may_be_page: bool,
}

impl<'a> Sender<'a> {
    /// Returns the sender of a direct invocation. Lambda's own retries keep the request id.
    pub(super) fn direct(invocation: &'a Invocation<'_>) -> Self {
        let default = (Source::Lambda, invocation.request_id.as_str());
        Self { name: "direct", given: Source::Direct, default, may_be_page: true }
    }

    /// Returns the sender of a message of SQS. Each delivery of a message has the same id.
    pub(super) fn queue(message_id: &'a str) -> Self {
        Self { name: "aws.sqs", given: Source::Queue, default: (Source::Sqs, message_id), may_be_page: false }
    }

    /// Returns the sender of a notification of SNS. Each delivery of a notification has the same id.
    pub(super) fn topic(message_id: &'a str) -> Self {
        Self { name: "aws.sns", given: Source::Topic, default: (Source::Sns, message_id), may_be_page: false }
    }

    /// Returns the event id of a command: the one that it contains, or that of its delivery.
    pub(super) fn event_id(&self, given: Option<&str>, origin: Option<Origin>) -> Result<String, Failure> {
        match (given, origin) {
            (_, Some(Origin::Page)) if !self.may_be_page => {
                Err(Failure::in_field(Problem::CommandInvalid, "source", "is for the reader's page only"))
            }
            (Some(id), None) => self.given.scoped(id, "event"),
            (Some(id), Some(Origin::Page)) => Source::Page.scoped(id, "event"),
            (None, None) => self.default.0.scoped(self.default.1, "request_id"),
            (None, Some(_)) => {
                Err(Failure::in_field(Problem::CommandInvalid, "event", "is missing; `source` requires it"))
            }
        }
    }

    /// Returns the event id of one of several messages that contains none.
    pub(super) fn event_id_at(
        &self,
        given: Option<&str>,
        origin: Option<Origin>,
        at: usize,
    ) -> Result<String, Failure> {
        match given {
            Some(_) => self.event_id(given, origin),
            None => Ok(format!("{}#{at}", self.event_id(None, None)?)),
        }
    }

    /// Returns the cause of a configuration.
    pub(super) fn cause(&self, event: String, note: Option<String>, invocation: &Invocation<'_>) -> Cause {
        Cause { source: self.name.to_owned(), event: Some(event), note, ..invocation.cause() }
    }
}
