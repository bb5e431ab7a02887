//! The ids of events, by which a retry is known. Each has its source in front, so that two sources that happen to give
//! the same id do not take their events for one.

use shared_volume::message::MAX_EVENT_BYTES;

use crate::error::{Failure, Problem};

/// Who gave an event its id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// A direct command that names its event.
    Direct,
    EventBridge,
    /// A client of the HTTP API, by `Idempotency-Key`.
    Http,
    /// Lambda, which repeats an asynchronous invocation under the same request id.
    Lambda,
    /// The reader's page, on behalf of a browser.
    Page,
    /// API Gateway, which never repeats a request id.
    Request,
}

impl Source {
    fn prefix(self) -> &'static str {
        match self {
            Self::Direct => "direct",
            Self::EventBridge => "eventbridge",
            Self::Http => "http",
            Self::Lambda => "lambda",
            Self::Page => "page",
            Self::Request => "request",
        }
    }

    /// The id that this source gave, as the volume knows it. `place` is where the id stands in the event.
    pub(super) fn scoped(self, id: &str, place: &'static str) -> Result<String, Failure> {
        if id.is_empty() || id.len() > MAX_EVENT_BYTES {
            let fault = format!("must be 1 to {MAX_EVENT_BYTES} bytes");
            return Err(Failure::in_field(Problem::EventIdInvalid, place, fault));
        }
        Ok(format!("{}:{id}", self.prefix()))
    }
}
