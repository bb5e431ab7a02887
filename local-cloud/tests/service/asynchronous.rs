use local_cloud::lambda::Settings;
use serde_json::{Value, json};

use crate::harness::{order, start, start_with};

/// Returns the dead letters in a directory.
fn letters(directory: &std::path::Path) -> Vec<Value> {
    let Ok(files) = fs_err::read_dir(directory) else { return Vec::new() };
    files.map(|file| serde_json::from_slice(&fs_err::read(file.unwrap().path()).unwrap()).unwrap()).collect()
}

#[tokio::test]
async fn an_event_that_is_not_delivered_is_a_dead_letter_with_its_reason() {
    let directory = tempfile::tempdir().unwrap();
    let dead_letters = directory.path().join("dead");
    let settings = Settings { dead_letters: Some(dead_letters.clone()), ..Settings::default() };
    let service = start_with(1, settings).await;
    service.send(service.invocation("MessageWall", "Event", order("fail").to_string())).await;
    let status = service.until(|status| status["dead_letters"] == 1).await;
    assert_eq!((&status["retried_events"], &status["pending_events"]), (&json!(2), &json!(0)), "{status}");
    let letters = letters(&dead_letters);
    assert_eq!((letters.len(), &letters[0]["event"], &letters[0]["attempts"]), (1, &order("fail"), &json!(3)));
    assert!(letters[0]["reason"].as_str().unwrap().contains("told to fail"), "{letters:?}");
}

#[tokio::test]
async fn an_event_that_waits_for_another_attempt_when_the_service_ends_is_a_dead_letter() {
    let directory = tempfile::tempdir().unwrap();
    let dead_letters = directory.path().join("dead");
    let settings = Settings { dead_letters: Some(dead_letters.clone()), ..Settings::default() };
    let service = start_with(1, settings).await;
    service.send(service.invocation("MessageWall", "Event", order("fail").to_string())).await;
    service.until(|status| status["errors"] == 1).await;
    service.lambda.close().await;
    let letters = letters(&dead_letters);
    assert_eq!((letters.len(), &letters[0]["event"]), (1, &order("fail")));
    assert!(letters[0]["reason"].as_str().unwrap().starts_with("the service ends"), "{letters:?}");
}

#[tokio::test]
async fn an_event_that_keeps_failing_is_tried_three_times_with_one_request_id_and_then_dropped() {
    let service = start(2).await;
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("attempts");
    let event = json!({ "do": "count", "file": file });
    let accepted = service.send(service.invocation("MessageWall", "Event", event.to_string())).await;
    assert_eq!(accepted.status, 202);
    service.until(|status| status["dropped_events"] == 1).await;
    let id = accepted.header("x-amzn-requestid").unwrap();
    assert_eq!(fs_err::read_to_string(file).unwrap(), format!("{id}\n").repeat(3));
}

#[tokio::test]
async fn an_event_is_accepted_while_every_environment_is_busy_and_delivered_later() {
    let service = start(1).await;
    let sleep = json!({ "do": "sleep", "ms": 300 });
    let (busy, accepted) = tokio::join!(service.invoke(sleep), async {
        service.until(|status| status["in_flight"] == 1).await;
        service.send(service.invocation("MessageWall", "Event", order("echo").to_string())).await
    });
    assert_eq!((busy.status.as_u16(), accepted.status.as_u16()), (200, 202));
    let status = service.until(|status| status["invocations"] == 2).await;
    assert_eq!(status["dropped_events"], 0);
}

#[tokio::test]
async fn closing_waits_for_events_in_flight() {
    let service = start(1).await;
    let sleep = json!({ "do": "sleep", "ms": 300 });
    service.send(service.invocation("MessageWall", "Event", sleep.to_string())).await;
    service.until(|status| status["in_flight"] == 1).await;
    service.lambda.close().await;
    let status = service.status().await;
    assert_eq!((&status["in_flight"], &status["errors"]), (&json!(0), &json!(0)), "{status}");
}
