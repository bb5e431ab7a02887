use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::harness::{Answer, Service, start};

async fn put(service: &Service, body: &Value) -> Answer {
    let request = Request::post(format!("{}/", service.api))
        .header("x-amz-target", "AWSEvents.PutEvents")
        .header("content-type", "application/x-amz-json-1.1")
        .body(Body::from(body.to_string()));
    service.send(request.unwrap()).await
}

fn entry(detail: &str) -> Value {
    json!({ "Source": "messagewall", "DetailType": "Message Posted", "Detail": detail })
}

#[tokio::test]
async fn an_event_that_a_rule_matches_reaches_the_function() {
    let service = start(1).await;
    let detail = json!({ "text": "x" }).to_string();
    let mut entry = entry(&detail);
    entry["Time"] = json!(1_795_615_927);
    entry["Resources"] = json!(["arn:aws:s3:::bucket"]);
    entry["EventBusName"] = json!("arn:aws:events:us-east-1:123456789012:event-bus/MessageWall");
    let answer = put(&service, &json!({ "Entries": [entry] })).await;
    assert_eq!((answer.status.as_u16(), &answer.json()["FailedEntryCount"]), (200, &json!(0)));
    assert_eq!(answer.header("content-type"), Some("application/x-amz-json-1.1"));
    assert!(answer.header("x-amzn-requestid").is_some());
    service.until(|status| status["invocations"] == 1 && status["pending_events"] == 0).await;
}

#[tokio::test]
async fn a_wrong_entry_has_its_own_error_and_does_not_keep_the_others_from_being_put() {
    let service = start(1).await;
    let without = |field: &str| {
        let mut entry = entry("{}");
        entry.as_object_mut().unwrap().remove(field);
        entry
    };
    let with = |field: &str, value: &str| {
        let mut entry = entry("{}");
        entry[field] = json!(value);
        entry
    };
    let cases = [
        (without("Source"), Some("InvalidArgument")),
        (without("DetailType"), Some("InvalidArgument")),
        (without("Detail"), Some("InvalidArgument")),
        (with("Source", ""), Some("InvalidArgument")),
        (with("Source", "aws.ssm"), Some("NotAuthorizedForSourceException")),
        (with("Detail", "[]"), Some("MalformedDetail")),
        (with("Detail", "{\"a\":1,\"a\":2}"), Some("MalformedDetail")),
        (with("EventBusName", "Nobody"), Some("InvalidArgument")),
        (with("DetailType", "Nobody listens"), None),
        (entry("{}"), None),
    ];
    let (entries, codes): (Vec<_>, Vec<_>) = cases.into_iter().unzip();
    let answer = put(&service, &json!({ "Entries": entries })).await.json();
    assert_eq!(answer["FailedEntryCount"], 8);
    for (result, code) in answer["Entries"].as_array().unwrap().iter().zip(codes) {
        assert_eq!(result["ErrorCode"].as_str(), code, "{result}");
        assert_eq!(result["EventId"].is_string(), code.is_none(), "{result}");
    }
    // The event that no rule matches goes nowhere.
    let status = service.until(|status| status["invocations"] == 1 && status["pending_events"] == 0).await;
    assert_eq!(status["dropped_events"], 0);
}

#[tokio::test]
async fn a_request_that_is_no_list_of_one_to_ten_entries_is_refused() {
    let service = start(0).await;
    let large = entry(&format!("{{\"text\":\"{}\"}}", "x".repeat(1024 * 1024)));
    for (body, kind) in [
        (json!({ "Entries": [] }), "ValidationException"),
        (json!({ "Entries": vec![entry("{}"); 11] }), "ValidationException"),
        (json!({ "Entries": [large] }), "ValidationException"),
        (json!({ "Entries": 7 }), "SerializationException"),
    ] {
        let answer = put(&service, &body).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["__type"]), (400, &json!(kind)));
        assert_eq!(answer.header("x-amzn-errortype"), Some(kind));
    }
    let request = Request::post(format!("{}/", service.api)).header("x-amz-target", "AWSEvents.PutRule");
    let answer = service.send(request.body(Body::from("{}")).unwrap()).await;
    assert_eq!(answer.json()["__type"], "UnknownOperationException");
}
