//! The replies of the function.

use aws_lambda_events::alb::AlbTargetGroupResponse;
use aws_lambda_events::apigw::{ApiGatewayProxyResponse, ApiGatewayV2httpResponse};
use aws_lambda_events::sqs::SqsBatchResponse;
use serde::Serialize;
use serde_json::{Map, Value};
use wall_api::{
    Applied, Cleared, Configured, ErrorBody, FileGenerations, FilePublished, Labelled, Newest, Posted, PostedMany,
    Removed, Restored,
};

use crate::error::Failure;

/// A reply to an invocation. It is serialized without a tag.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Reply {
    /// The response to an HTTP request, for good and bad.
    Http(Box<HttpResponse>),
    /// The answer to `post`.
    Posted(Posted),
    /// The answer to `read`.
    Newest(Newest),
    /// The answer to `clear`.
    Cleared(Cleared),
    /// The answer to `restore`.
    Restored(Restored),
    /// The answer to `remove`.
    Removed(Removed),
    /// The answer to the classes of a picture.
    Labelled(Labelled),
    /// The answer to `change_config`, `publish_config` and `rollback_config`.
    Configured(Box<Configured>),
    /// The answer to `publish_file` and `rollback_file`.
    File(FilePublished),
    /// The answer to `file_history`.
    FileHistory(FileGenerations),
    /// The answer to `post` with several messages.
    PostedMany(PostedMany),
    /// The answer to a batch of SQS: the messages that failed.
    Batch(SqsBatchResponse),
    /// The answer to a schedule.
    Reconciled {
        /// The followed documents.
        reconciled: Vec<Reconciled>,
    },
    /// The answer to an event that changes nothing.
    Nothing {
        /// The reason.
        nothing: String,
    },
    /// The answers to several events in one.
    Many(Vec<Self>),
    /// A refusal. Nothing was done.
    Refused(ErrorBody),
    /// The answer to a command whose sender waited for the tasks.
    Applied {
        /// The fields of the answer to the command.
        #[serde(flatten)]
        reply: Map<String, Value>,
        /// The tasks that serve its effect.
        applied: Applied,
    },
}

/// The response to an HTTP request, in the shape of the request.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum HttpResponse {
    /// Payload format 2.0 of API Gateway, and a function URL.
    V2(ApiGatewayV2httpResponse),
    /// Payload format 1.0 of API Gateway.
    V1(ApiGatewayProxyResponse),
    /// A target group of an Application Load Balancer.
    LoadBalancer(AlbTargetGroupResponse),
}

/// A followed document that was compared with its source.
#[derive(Debug, Serialize)]
pub struct Reconciled {
    /// The name of the document.
    pub document: String,
    /// The generation that is in force after the comparison.
    pub generation: u64,
    /// True if the published version was already the newest one.
    pub unchanged: bool,
}

impl Reply {
    /// Adds the tasks that serve the effect, if the sender waited for them.
    pub(crate) fn with(self, applied: Option<Applied>) -> Self {
        let Some(applied) = applied else { return self };
        match serde_json::to_value(&self) {
            Ok(Value::Object(reply)) => Self::Applied { reply, applied },
            // The runtime reports a reply that cannot be written.
            _ => self,
        }
    }

    /// Returns the reply that refuses an event. It contains the HTTP status, because it is no HTTP response.
    pub(crate) fn refused(failure: &Failure) -> Self {
        Self::Refused(ErrorBody { status: Some(failure.status().as_u16()), ..failure.body() })
    }
}
