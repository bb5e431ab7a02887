//! The volume fails, or other writers do not let go of it.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::harness::{Function, Request, eventbridge};

/// Enough for what needs no waiting, on a machine that is busy.
const LITTLE_TIME: Duration = Duration::from_secs(2);

/// A function with little time, on a volume whose lock somebody holds.
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
    assert!(began.elapsed() >= LITTLE_TIME.mul_f64(0.4), "half of the time was to be waited");
    assert_eq!((response.status(), response.header("retry-after")), (503, Some("1")));
    assert!(response.body().starts_with("wall_busy: other writers held the wall's lock for "), "{response:?}");

    let error = function.invoke(json!({"command": "clear"})).await.unwrap_err();
    assert_eq!(error.error_type, "wall_busy");
    assert_eq!(function.http(Request::new("GET")).await.status(), 200, "reading takes no lock");

    lock.unlock().unwrap();
    assert_eq!(function.post("x").await.body(), "x\n");
}

#[tokio::test]
async fn no_lock_is_held_when_the_function_has_answered() {
    let function = Function::new();
    function.post("x").await;
    function.post("").await;
    function.configure(json!({"title": "T"})).await;
    function.answer(json!({"command": "clear"})).await;
    let lock = std::fs::File::open(function.path("writer.lock")).unwrap();
    lock.try_lock().unwrap();
}

#[tokio::test]
async fn a_sender_that_does_not_wait_is_told_by_a_function_error_to_try_again() {
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
async fn a_volume_that_is_not_there_is_told_to_everybody_in_their_way() {
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
async fn nobody_is_told_when_to_send_again_what_may_have_been_written() {
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
