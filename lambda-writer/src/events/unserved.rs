//! Events of sources that are known and not served.

use serde_json::Value;

use crate::error::{Failure, Problem};

/// Returns the failure of a request in a format that is not served, or `None` if the event is not such a request.
pub(super) fn request(event: &Value) -> Option<Failure> {
    let context = &event["requestContext"];
    if context["elb"].is_object() {
        Some(unserved("an event of an Application Load Balancer"))
    } else if context.is_object() {
        Some(unserved("an event of API Gateway in payload format 1.0 (choose 2.0)"))
    } else {
        None
    }
}

/// Returns the failure of a batch of records, or `None` if the event is no batch.
pub(super) fn records(event: &Value) -> Option<Failure> {
    let record = event["Records"].get(0)?;
    // SNS writes the name of the field with a capital letter.
    let source = record["eventSource"].as_str().or(record["EventSource"].as_str()).unwrap_or("an unknown source");
    Some(unserved(&format!("a batch of records from {source:?}")))
}

fn unserved(event: &str) -> Failure {
    Failure::event(Problem::EventUnsupported, format!("{event} is not served by this function"))
}
