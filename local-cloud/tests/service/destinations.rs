//! The records of asynchronous invocations that have ended.

use std::time::Duration;

use local_cloud::lambda::{Cloud, Settings};
use serde_json::{Value, json};

use crate::harness::{Answer, Service, order, read, start_cloud, within};

const INFERENCE: &str = "MessageWallInference";

/// Starts the inference with this number of environments. The test is the writer, its destination.
async fn start_with(environments: usize, settings: Settings) -> Service {
    start_cloud([0, environments], Cloud::new(Settings::default(), vec![settings])).await
}

async fn send(service: &Service, event: &Value) -> Answer {
    let accepted = service.send(service.invocation(INFERENCE, "Event", event.to_string())).await;
    assert_eq!(accepted.status, 202);
    accepted
}

/// Returns the record that the writer gets.
async fn record(service: &Service) -> Value {
    let writer = crate::harness::client();
    let url = format!("{}/2018-06-01/runtime/invocation", service.runtime_api);
    let next = axum::http::Request::get(format!("{url}/next")).body(axum::body::Body::empty()).unwrap();
    let invocation = read(within(writer.request(next)).await.unwrap()).await;
    let id = invocation.header("lambda-runtime-aws-request-id").unwrap();
    let answer = axum::http::Request::post(format!("{url}/{id}/response")).body("null".into()).unwrap();
    assert_eq!(writer.request(answer).await.unwrap().status(), 202);
    invocation.json()
}

#[tokio::test]
async fn the_answer_to_an_event_reaches_the_destination_with_the_event() {
    let service = start_with(1, Settings::of_inference()).await;
    let event = json!({ "message": "01J", "picture": "a.png", "number": 1.0 });
    let accepted = send(&service, &event).await;
    let mut record = record(&service).await;
    let time = record["timestamp"].take();
    let time = time.as_str().unwrap();
    assert!(time.len() == 24 && time.ends_with('Z'), "{time}");
    let expected = json!({
        "version": "1.0",
        "timestamp": null,
        "requestContext": {
            "requestId": accepted.header("x-amzn-requestid").unwrap(),
            "functionArn": "arn:aws:lambda:us-east-1:123456789012:function:MessageWallInference:$LATEST",
            "condition": "Success",
            "approximateInvokeCount": 1,
        },
        "requestPayload": event,
        "responseContext": { "statusCode": 200, "executedVersion": "$LATEST" },
        "responsePayload": event,
    });
    assert_eq!(record, expected);
}

#[tokio::test]
async fn an_event_that_failed_in_every_attempt_reaches_the_destination_once_and_the_dead_letters() {
    let directory = tempfile::tempdir().unwrap();
    let settings = Settings { dead_letters: Some(directory.path().to_path_buf()), ..Settings::of_inference() };
    let service = start_with(1, settings).await;
    send(&service, &order("fail")).await;
    let record = record(&service).await;
    let context = &record["requestContext"];
    assert_eq!((&context["condition"], &context["approximateInvokeCount"]), (&json!("RetriesExhausted"), &json!(3)));
    assert_eq!(
        (&record["requestPayload"], &record["responsePayload"]["errorMessage"]),
        (&order("fail"), &json!("told to fail"))
    );
    assert_eq!(record["responseContext"]["functionError"], "Unhandled");
    let letters: Vec<_> = fs_err::read_dir(directory.path()).unwrap().map(|file| file.unwrap().path()).collect();
    let letter: Value = serde_json::from_slice(&fs_err::read(&letters[0]).unwrap()).unwrap();
    assert_eq!((letters.len(), &letter["function"], &letter["event"]), (1, &json!(INFERENCE), &order("fail")));
    let status = service.status().await;
    assert_eq!((&status["invocations"], &status["waiting"]), (&json!(1), &json!(0)), "one record: {status}");
}

#[tokio::test]
async fn an_event_for_which_no_environment_was_ever_free_reaches_the_destination_when_it_is_too_old() {
    let (timeout, max_event_age) = (Duration::from_millis(100), Duration::from_millis(500));
    let service = start_with(0, Settings { timeout, max_event_age, ..Settings::of_inference() }).await;
    send(&service, &order("echo")).await;
    let record = record(&service).await;
    let context = &record["requestContext"];
    assert_eq!((&context["condition"], &context["approximateInvokeCount"]), (&json!("EventAgeExceeded"), &json!(0)));
    assert_eq!((&record["requestPayload"], record.get("responsePayload")), (&order("echo"), None));
}

#[tokio::test]
async fn an_event_whose_environments_were_busy_for_a_while_reaches_the_destination_as_a_success() {
    let service = start_with(1, Settings { queue: 0, ..Settings::of_inference() }).await;
    let busy =
        service.send(service.invocation(INFERENCE, "RequestResponse", json!({ "do": "sleep", "ms": 500 }).to_string()));
    let (_, record) = tokio::join!(busy, async {
        service.until(|status| status["functions"][1]["in_flight"] == 1).await;
        send(&service, &order("echo")).await;
        service.until(|status| status["functions"][1]["throttles"].as_u64() > Some(0)).await;
        record(&service).await
    });
    let context = &record["requestContext"];
    assert_eq!((&context["condition"], &context["approximateInvokeCount"]), (&json!("Success"), &json!(1)));
}

#[tokio::test]
async fn a_caller_that_waits_for_the_answer_makes_no_record() {
    let service = start_with(1, Settings::of_inference()).await;
    let answer = service.send(service.invocation(INFERENCE, "RequestResponse", order("echo").to_string())).await;
    assert_eq!(answer.json(), order("echo"));
    let status = service.status().await;
    assert_eq!((&status["waiting"], &status["pending_events"]), (&json!(0), &json!(0)), "{status}");
}

#[tokio::test]
async fn a_record_that_exceeds_the_limit_of_events_is_not_sent_and_the_next_one_is() {
    let service = start_with(1, Settings::of_inference()).await;
    send(&service, &json!({ "do": "answer", "answer": "x".repeat(600 * 1024) })).await;
    service.until(|status| status["functions"][1]["invocations"] == 1).await;
    send(&service, &order("echo")).await;
    assert_eq!(record(&service).await["requestPayload"], order("echo"));
}

#[tokio::test]
async fn closing_hands_the_record_of_an_event_in_flight_to_the_destination() {
    let service = start_cloud([1, 1], Cloud::new(Settings::default(), vec![Settings::of_inference()])).await;
    send(&service, &json!({ "do": "sleep", "ms": 300 })).await;
    service.until(|status| status["functions"][1]["in_flight"] == 1).await;
    within(service.cloud.close()).await;
    let status = service.status().await;
    assert_eq!((&status["invocations"], &status["errors"]), (&json!(1), &json!(0)), "{status}");
}

#[tokio::test]
async fn closing_does_not_wait_for_environments_that_are_not_there() {
    let service = start_with(0, Settings::of_inference()).await;
    send(&service, &order("echo")).await;
    service.until(|status| status["functions"][1]["waiting"] == 1).await;
    tokio::time::timeout(Duration::from_secs(5), service.cloud.close()).await.expect("an event waited for nobody");
}
