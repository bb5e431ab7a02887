//! The replies of the function.

use aws_lambda_events::apigw::ApiGatewayV2httpResponse;
use serde::Serialize;
use wall_api::{Cleared, Configured, ErrorBody, Newest, Posted, Removed};

use crate::error::Failure;

/// A reply to an invocation. It is serialized without a tag.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Reply {
    /// The response to an HTTP request, for good and bad.
    Http(Box<ApiGatewayV2httpResponse>),
    /// The answer to `post`.
    Posted(Posted),
    /// The answer to `read`.
    Newest(Newest),
    /// The answer to `clear`.
    Cleared(Cleared),
    /// The answer to `remove`.
    Removed(Removed),
    /// The answer to `change_config`, `publish_config` and `rollback_config`.
    Configured(Box<Configured>),
    /// A refusal. Nothing was done.
    Refused(ErrorBody),
}

impl Reply {
    /// Returns the reply that refuses an event. It contains the HTTP status, because it is no HTTP response.
    pub(crate) fn refused(failure: &Failure) -> Self {
        Self::Refused(ErrorBody { status: Some(failure.status().as_u16()), ..failure.body() })
    }
}
