//! Events of EventBridge, which delivers each at least once.

use serde_json::{Value, json};
use support::eventbridge_from as eventbridge;

use crate::harness::Function;

const CHANGE: &str = "Config Change Requested";
const ROLLBACK: &str = "Config Rollback Requested";
const POSTED: &str = "Message Posted";

#[tokio::test]
async fn a_message_event_that_is_delivered_twice_is_on_the_wall_once() {
    let function = Function::new();
    let event = eventbridge("e-1", "messagewall", POSTED, &json!({"text": "Hello", "author": "ann"}));
    let first = function.answer(event.clone()).await;
    let again = function.answer(event).await;
    assert_eq!((&first["repeated"], &again["repeated"]), (&json!(false), &json!(true)));
    assert_eq!(function.wall().await, "Hello\n");
    function.answer(eventbridge("e-2", "messagewall", POSTED, &json!({"text": "Hello"}))).await;
    assert_eq!(function.wall().await, "Hello\nHello\n", "another event with the same text is another message");
}

#[tokio::test]
async fn a_change_event_that_is_delivered_twice_is_published_once() {
    let function = Function::new();
    let detail = json!({"patch": {"title": "Party"}, "expected_generation": 0, "note": "why"});
    let event = eventbridge("e-1", "messagewall", CHANGE, &detail);
    let first = function.answer(event.clone()).await;
    assert_eq!((&first["generation"], &first["config"]["title"]), (&json!(1), &json!("Party")));
    assert_eq!(
        (&first["cause"]["source"], &first["cause"]["event"]),
        (&json!("messagewall"), &json!("eventbridge:e-1"))
    );
    assert_eq!((&first["cause"]["request"], &first["cause"]["note"]), (&json!("request-0"), &json!("why")));
    let again = function.answer(event).await;
    assert_eq!((&again["generation"], &again["repeated"]), (&json!(1), &json!(true)));
    assert!(!function.path("history/0000000002.json").exists());
}

#[tokio::test]
async fn a_rollback_becomes_a_new_generation() {
    let function = Function::new();
    function.configure(json!({"title": "One"})).await;
    function.configure(json!({"title": "Two"})).await;
    let event = eventbridge("e-1", "messagewall", ROLLBACK, &json!({"generation": 1}));
    for repeated in [false, true] {
        let answer = function.answer(event.clone()).await;
        assert_eq!((&answer["generation"], &answer["config"]["title"]), (&json!(3), &json!("One")));
        assert_eq!(answer["repeated"], json!(repeated));
    }
}

/// Sends an event that no retry can help. It is answered, so that EventBridge does not repeat it.
async fn check_refused<'a>(
    function: &Function,
    event: Value,
    error: &str,
    field: impl Into<Option<&'a str>>,
    message: &str,
) {
    let answer = function.answer(event).await;
    assert_eq!((&answer["error"], &answer["message"]), (&json!(error), &json!(message)));
    assert_eq!(answer.get("field"), Some(&json!(field.into())), "{answer}");
}

#[tokio::test]
async fn an_event_that_no_retry_can_help_is_answered_with_the_fault() {
    let function = Function::new();
    let event = |detail_type: &str, detail: Value| eventbridge("e-1", "messagewall", detail_type, &detail);
    check_refused(&function, event(POSTED, json!({"text": ""})), "message_empty", "text", "text: the message is empty")
        .await;
    let text = "detail.txt: unknown field `txt`, expected `author` or `text`";
    check_refused(&function, event(POSTED, json!({"txt": "x"})), "detail_invalid", "txt", text).await;
    check_refused(&function, event(CHANGE, json!({})), "detail_invalid", "patch", "detail: missing field `patch`")
        .await;
    let array = event(POSTED, json!(["ann", "x"]));
    check_refused(&function, array, "detail_invalid", "detail", "detail: must be a JSON object").await;
    let title = "title: must not be empty";
    check_refused(&function, event(CHANGE, json!({"patch": {"title": ""}})), "config_invalid", "config.title", title)
        .await;
    let conflict = "expected_generation: 4 was expected, 0 is in force";
    let stale = json!({"patch": {}, "expected_generation": 4});
    check_refused(&function, event(CHANGE, stale), "generation_conflict", "expected_generation", conflict).await;
    let gone = "generation: 9 is not in the history";
    check_refused(&function, event(ROLLBACK, json!({"generation": 9})), "generation_unknown", "generation", gone).await;

    let mut without_id = event(POSTED, json!({"text": "x"}));
    without_id["id"] = Value::Null;
    check_refused(&function, without_id, "event_invalid", "id", "id: is missing").await;
    assert_eq!(function.wall().await, "No message yet.");
}

#[tokio::test]
async fn only_the_newest_20_refused_events_are_kept_each_with_its_reason() {
    let function = Function::new();
    for number in 0..25 {
        let detail = json!({"text": "", "author": number.to_string()});
        function.answer(eventbridge(&format!("e-{number}"), "messagewall", POSTED, &detail)).await;
    }
    let mut kept: Vec<_> =
        fs_err::read_dir(function.path("rejected")).unwrap().map(|file| file.unwrap().path()).collect();
    kept.sort();
    assert_eq!(kept.len(), 20);
    let newest: Value = serde_json::from_slice(&fs_err::read(kept.last().unwrap()).unwrap()).unwrap();
    assert_eq!((&newest["error"], &newest["message"]), (&json!("message_empty"), &json!("text: the message is empty")));
    assert_eq!(newest["event"]["id"], "e-24");
    assert_eq!(function.content(), "", "a refused event has no other effect");
}

#[tokio::test]
async fn an_event_that_is_not_served_is_named() {
    let function = Function::new();
    for (source, detail_type) in [
        ("messagewall", "Config Change Requestd"),
        ("aws.ec2", "EC2 Instance State-change Notification"),
        ("aws.codepipeline", "CodePipeline Pipeline Execution State Change"),
        ("aws.events", "Scheduled Report"),
    ] {
        let message = format!("an EventBridge event {detail_type:?} from {source:?} is not served by this function");
        let event = eventbridge("e-1", source, detail_type, &json!({}));
        check_refused(&function, event, "event_unsupported", None, &message).await;
    }
}
