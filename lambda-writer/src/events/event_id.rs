//! Event ids with their source.

use shared_volume::message::MAX_EVENT_BYTES;

use crate::error::{Failure, Problem};

/// The source of an event id. It stands before the id, so that equal ids of two sources are two events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// A direct command that contains an event id.
    Direct,
    /// EventBridge.
    EventBridge,
    /// The header `Idempotency-Key` of a client of the HTTP API.
    Http,
    /// The request id of Lambda, which is the same for every attempt of an asynchronous invocation.
    Lambda,
    /// The request id of the asynchronous invocation whose outcome it is.
    Outcome,
    /// The reader's page, on behalf of a browser.
    Page,
    /// A command in a message of SQS that contains an event id.
    Queue,
    /// The request id of API Gateway, which never occurs twice.
    Request,
    /// The object and the sequencer of a notification of S3.
    S3,
    /// The id of a notification of SNS, which is the same for every delivery.
    Sns,
    /// The id of a message of SQS, which is the same for every delivery.
    Sqs,
    /// A command in a notification of SNS that contains an event id.
    Topic,
}

impl Source {
    fn prefix(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::EventBridge => "eventbridge",
            Self::Http => "http",
            Self::Lambda => "lambda",
            Self::Outcome => "outcome",
            Self::Page => "page",
            Self::Queue => "queue",
            Self::Request => "request",
            Self::S3 => "s3",
            Self::Sns => "sns",
            Self::Sqs => "sqs",
            Self::Topic => "topic",
        }
    }

    /// Returns the event id `<source>:<id>`. `field` is the field of the event that contains `id`.
    ///
    /// # Errors
    /// Returns [`Problem::EventIdInvalid`] if `id` is empty or longer than [`MAX_EVENT_BYTES`].
    pub(super) fn scoped(self, id: &str, field: &'static str) -> Result<String, Failure> {
        if id.is_empty() || id.len() > MAX_EVENT_BYTES {
            let fault = format!("must be 1 to {MAX_EVENT_BYTES} bytes");
            return Err(Failure::in_field(Problem::EventIdInvalid, field, fault));
        }
        Ok(format!("{}:{id}", self.prefix()))
    }
}
