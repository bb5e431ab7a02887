use serde_json::json;

use crate::harness::{order, start};

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
