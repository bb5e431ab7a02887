//! Errors as clients see them.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// An error: `{"error":"message_too_long","message":"text: the message has 501 characters, ...","field":"text"}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorBody {
    /// The stable name.
    pub error: Cow<'static, str>,
    /// The fault and its place, for people.
    pub message: String,
    /// The field that is wrong, such as `text` or `config.posting`; null if the error is about no single field. A field of
    /// the configuration begins with `config.`.
    #[serde(default)]
    pub field: Option<Cow<'static, str>>,
    /// The HTTP status, in answers that are not HTTP responses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
}

/// An error that ends an invocation, as Lambda reports it. Lambda repeats an asynchronous invocation that ends so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FunctionError {
    /// The stable name: one of [`VolumeProblem`](crate::VolumeProblem), unless the function crashed.
    pub error_type: String,
    /// The fault, for people.
    pub error_message: String,
}
