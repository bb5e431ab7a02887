//! The volume fails, or another writer holds the lock.

use std::time::{Duration, Instant};

use serde_json::json;
use support::eventbridge_from as eventbridge;

use crate::harness::{Function, Request};

/// The time left of an invocation: enough for an operation that does not wait, on a busy machine.
const LITTLE_TIME: Duration = Duration::from_secs(2);

/// Returns a function with little time left and the lock of its wall, which is held.
fn locked() -> (Function, std::fs::File) {
    let function = Function::new().with_time_left(LITTLE_TIME);
    let lock = std::fs::File::create(function.path("writer.lock")).unwrap();
    lock.lock().unwrap();
    (function, lock)
}

#[tokio::test]
async fn a_lock_that_is_held_ends_in_busy_before_the_time_is_up() {
    let (function, lock) = locked();
    let began = Instant::now();
    let response = function.post("x").await;
    assert!(began.elapsed() >= LITTLE_TIME.mul_f64(0.4), "it waits for half of the time left");
    assert_eq!((response.status(), response.header("retry-after")), (503, Some("1")));
    assert!(response.body().starts_with("wall_busy: other writers held the wall's lock for "), "{response:?}");

    let error = function.invoke(json!({"command": "clear"})).await.unwrap_err();
    assert_eq!(error.error_type, "wall_busy");
    assert_eq!(function.http(Request::new("GET")).await.status(), 200, "reading takes no lock");

    lock.unlock().unwrap();
    assert_eq!(function.post("x").await.body(), "x\n");
}

#[tokio::test]
async fn the_lock_is_released_before_the_reply() {
    let function = Function::new();
    function.post("x").await;
    function.post("").await;
    function.configure(json!({"title": "T"})).await;
    function.answer(json!({"command": "clear"})).await;
    let lock = std::fs::File::open(function.path("writer.lock")).unwrap();
    lock.try_lock().unwrap();
}

#[tokio::test]
async fn a_held_lock_is_a_function_error_so_that_lambda_repeats_the_event() {
    let (function, lock) = locked();
    let command = json!({"command": "post", "text": "y"});
    let posted = eventbridge("e-1", "messagewall", "Message Posted", &json!({"text": "x"}));
    let change = eventbridge("e-2", "messagewall", "Config Change Requested", &json!({"patch": {"title": "T"}}));
    for event in [&posted, &change, &command] {
        let error = function.invoke(event.clone()).await.unwrap_err();
        assert_eq!(error.error_type, "wall_busy");
        assert!(error.error_message.starts_with("other writers held the wall's lock for "), "{error:?}");
    }
    lock.unlock().unwrap();
    assert_eq!(function.answer(posted).await["repeated"], false);
    assert_eq!(function.answer(change).await["generation"], 1);
    assert_eq!(function.answer(command).await["repeated"], false);
}

#[tokio::test]
async fn a_failing_volume_is_a_response_over_http_and_else_a_function_error() {
    let function = Function::at(|directory| {
        fs_err::write(directory.join("file"), "").unwrap();
        directory.join("file/wall")
    });
    let response = function.post("x").await;
    assert_eq!(response.status(), 503);
    assert!(response.body().starts_with("volume_error: "), "{response:?}");
    let event = eventbridge("e-1", "messagewall", "Message Posted", &json!({"text": "x"}));
    for event in [event, json!({"command": "post", "text": "x"})] {
        assert_eq!(function.invoke(event).await.unwrap_err().error_type, "volume_error");
    }
}

#[tokio::test]
async fn a_write_with_an_unknown_outcome_has_no_retry_after() {
    let function = Function::at(|directory| {
        fs_err::write(directory.join("file"), "").unwrap();
        directory.join("file/wall")
    });
    for method in ["POST", "DELETE"] {
        let response = function.http(Request::new(method).text("x")).await;
        assert_eq!((response.status(), response.header("retry-after")), (503, None), "{response:?}");
        assert!(response.body().contains("it is not known whether this was written"), "{response:?}");
    }
    let response = function.http(Request::new("GET")).await;
    assert_eq!((response.status(), response.header("retry-after")), (503, Some("1")), "{response:?}");
    assert!(!response.body().contains("it is not known"), "{response:?}");
}
