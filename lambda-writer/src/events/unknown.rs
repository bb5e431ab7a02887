//! Events of no source that is served.

use serde_json::Value;

use super::logs;
use crate::error::{Failure, Problem};
use crate::invocation::Invocation;
use crate::reply::Reply;

/// The largest number of fields that a description names.
const MAX_FIELDS: usize = 8;

/// The longest name of a field or of a source in a description, in characters.
const MAX_NAME_CHARS: usize = 40;

/// Fields that only the events of one service have, with the name of the event.
const MARKS: [(&str, &str); 27] = [
    ("routeArn", "a request to an authorizer of API Gateway"),
    ("methodArn", "a request to an authorizer of API Gateway"),
    ("authorizationToken", "a request to an authorizer of AppSync"),
    ("getObjectContext", "a request of S3 Object Lambda"),
    ("xAmzRequestId", "a request of S3 Object Lambda"),
    ("triggerSource", "an event of a Cognito user pool"),
    ("identityPoolId", "an event of Cognito Sync"),
    ("RequestType", "a request of CloudFormation for a custom resource"),
    ("invokingEvent", "an event of AWS Config"),
    ("CodePipeline.job", "a job of CodePipeline"),
    ("awslogs", "log data of CloudWatch Logs"),
    ("alarmArn", "an alarm of CloudWatch"),
    ("AlarmName", "an alarm of CloudWatch"),
    ("deliveryStreamArn", "a batch of Data Firehose"),
    ("sourceKinesisStreamArn", "a batch of Data Firehose"),
    ("rmqMessagesByQueue", "messages of RabbitMQ"),
    ("eventSourceArn", "a batch of an event source"),
    ("currentIntent", "a request of Lex"),
    ("messageVersion", "a request of an agent of Bedrock or Lex"),
    ("ClientRequestToken", "a rotation of Secrets Manager"),
    ("placementInfo", "an event of IoT 1-Click"),
    ("clickType", "an event of an IoT button"),
    ("protocolData", "a request to an authorizer of IoT"),
    ("connection-id", "a connection of Client VPN"),
    ("serviceEventDetails", "an event of Control Tower"),
    ("raw_path", "a request of VPC Lattice (payload 1.0)"),
    ("serviceArn", "a request of VPC Lattice"),
];

/// Handles an event of no source that is served. It is stored in `rejected/` and logged.
///
/// # Errors
/// Returns the failure of a batch or a request, whose sender takes a reply for success.
pub(super) async fn handle(event: Value, invocation: &Invocation<'_>) -> Result<Reply, Failure> {
    let failure = failure(&event);
    let is_batch = !event["Records"][0].is_null() || event["eventSource"].is_string();
    let takes_replies_for_success = is_batch || event["requestContext"].is_object();
    logs::refused_for_good(&failure, &invocation.reject(event, &failure).await);
    if takes_replies_for_success { Err(failure) } else { Ok(Reply::refused(&failure)) }
}

/// Returns the failure of an event of no source that is served.
pub(super) fn failure(event: &Value) -> Failure {
    if let Some(name) = name(event) {
        return Failure::event(
            Problem::EventUnsupported,
            format!("this is {name}, which this function does not serve"),
        );
    }
    let expected = "expected a `command`, or an event of an HTTP API, EventBridge, SQS, SNS or S3";
    Failure::event(Problem::EventUnknown, format!("this is {}; {expected}", description(event)))
}

/// Returns the name of an event of a known service.
fn name(event: &Value) -> Option<String> {
    let record = &event["Records"][0];
    let source = record["eventSource"].as_str().or(record["EventSource"].as_str()).or(event["eventSource"].as_str());
    if let Some(source) = source {
        return Some(format!("a batch of records from {:?}", short(source)));
    }
    if !record.is_null() {
        return Some("a batch of records from an unknown source".to_owned());
    }
    let mark = MARKS.iter().find(|(field, _)| event.get(*field).is_some()).map(|(_, name)| (*name).to_owned());
    let request = event["requestContext"].is_object().then(|| "a request of an API that is no HTTP API".to_owned());
    mark.or(request)
}

/// Describes an event by its shape, because its values may be long or private.
fn description(event: &Value) -> String {
    match event {
        Value::Null => "null".to_owned(),
        Value::Bool(_) => "a boolean".to_owned(),
        Value::Number(_) => "a number".to_owned(),
        Value::String(_) => "a string".to_owned(),
        Value::Array(items) => format!("an array of {}", items.len()),
        Value::Object(fields) if fields.is_empty() => "an object without fields".to_owned(),
        Value::Object(fields) => {
            let mut names: Vec<String> = fields.keys().map(|name| format!("{:?}", short(name))).collect();
            // The order of a map's fields depends on the features of serde_json.
            names.sort_unstable();
            names.truncate(MAX_FIELDS);
            let more = if fields.len() > names.len() { " and more" } else { "" };
            format!("an object with the fields {}{more}", names.join(", "))
        }
    }
}

fn short(name: &str) -> String {
    name.chars().take(MAX_NAME_CHARS).collect()
}
