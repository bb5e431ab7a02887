//! Parses the parts of an event into types.

use std::borrow::Cow;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::{Failure, Problem};

/// A part of an event that must be a JSON object.
#[derive(Debug, Clone, Copy)]
pub(super) enum Part<'a> {
    /// The event as a whole.
    Event,
    /// The field `detail` of an EventBridge event.
    Detail,
    /// The body of an HTTP request.
    Body,
    /// The fields of the command with this name.
    Command(&'a str),
    /// One of the messages of a list.
    Item,
    /// The payload of an invocation whose outcome the event is.
    Payload,
    /// The answer of that invocation.
    Answer,
}

impl<'a> Part<'a> {
    /// Returns the name that stands before the path in an error's message.
    fn name(self) -> &'a str {
        match self {
            Self::Event => "event",
            Self::Detail => "detail",
            Self::Body => "body",
            Self::Command(name) => name,
            Self::Item => "message",
            Self::Payload => "requestPayload",
            Self::Answer => "responsePayload",
        }
    }

    /// Returns the field that is wrong if the part as a whole is wrong.
    fn field(self) -> Option<&'static str> {
        match self {
            Self::Detail => Some("detail"),
            Self::Body => Some("body"),
            Self::Payload => Some("requestPayload"),
            Self::Answer => Some("responsePayload"),
            Self::Event | Self::Command(_) | Self::Item => None,
        }
    }

    fn problem(self) -> Problem {
        match self {
            Self::Event | Self::Payload | Self::Answer => Problem::EventInvalid,
            Self::Detail => Problem::DetailInvalid,
            Self::Body => Problem::JsonInvalid,
            Self::Command(_) | Self::Item => Problem::CommandInvalid,
        }
    }

    fn invalid(self, field: Option<Cow<'static, str>>, message: String) -> Failure {
        Failure::Event { problem: self.problem(), field, message }
    }
}

/// Parses `value`, which is this part of an event.
///
/// # Errors
/// Names the path of the value that is wrong.
pub(super) fn parse<T: DeserializeOwned>(value: Value, part: Part<'_>) -> Result<T, Failure> {
    let whole = part.field().map(Cow::Borrowed);
    // Serde would take the items of an array for the fields, in their order.
    if !value.is_object() {
        return Err(part.invalid(whole, format!("{}: must be a JSON object", part.name())));
    }
    serde_path_to_error::deserialize(value).map_err(|error| {
        let (path, inner) = (error.path().to_string(), error.inner().to_string());
        // The path `.` is the whole part, and an empty one a field without a name.
        let path = Some(path).filter(|path| path != "." && !path.is_empty());
        let place = path.iter().fold(part.name().to_owned(), |place, path| format!("{place}.{path}"));
        let field: Vec<_> = path.iter().map(String::as_str).chain(missing_field(&inner)).collect();
        let field = if field.is_empty() { whole } else { Some(field.join(".").into()) };
        part.invalid(field, format!("{place}: {inner}"))
    })
}

/// Returns the name of a missing field. Serde reports it only in the text of the error.
fn missing_field(error: &str) -> Option<&str> {
    error.strip_prefix("missing field `")?.strip_suffix('`')
}
