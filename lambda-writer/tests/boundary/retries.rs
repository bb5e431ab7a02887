//! Event ids: a retry has no second effect, and equal ids of two sources are two events.

use serde_json::{Value, json};
use support::eventbridge_from as eventbridge;

use crate::harness::{Function, Request};

fn post(key: &str, text: &str) -> Request {
    Request::new("POST").text(text).header("idempotency-key", key)
}

#[tokio::test]
async fn a_post_with_the_same_idempotency_key_is_on_the_wall_once() {
    let function = Function::new();
    let first = function.http(post("k-1", "once").accepting_json()).await;
    let again = function.http(post("k-1", "once").accepting_json()).await;
    assert_eq!((first.status(), again.status()), (201, 200));
    assert_eq!((&first.json()["repeated"], &again.json()["repeated"]), (&json!(false), &json!(true)));
    assert_eq!(
        (first.header("x-messagewall-repeated"), first.json()["message"].clone()),
        (None, again.json()["message"].clone())
    );

    let third = function.http(post("k-1", "once")).await;
    assert_eq!((third.body(), third.header("x-messagewall-repeated")), ("once\n".to_owned(), Some("true")));
    assert_eq!(function.http(post("k-2", "once")).await.body(), "once\nonce\n");
}

#[tokio::test]
async fn every_post_without_a_key_is_a_message_without_an_event_id() {
    let function = Function::new();
    let event = Request::new("POST").text("twice").0;
    for status in [200, 200] {
        assert_eq!(function.answer(event.clone()).await["statusCode"], status);
    }
    assert_eq!(function.wall().await, "twice\ntwice\n");
    assert!(!function.content().contains("\"event\""), "{}", function.content());
}

#[tokio::test]
async fn the_key_may_be_in_the_body() {
    let function = Function::new();
    let json = || Request::new("POST").json(&json!({"text": "once", "event": "k-1"}));
    assert_eq!(function.http(json()).await.header("x-messagewall-repeated"), None);
    let form = Request::new("POST").form(b"text=once&event=k-1");
    for again in [json(), json().header("idempotency-key", "k-1"), form, post("k-1", "once")] {
        assert_eq!(function.http(again).await.header("x-messagewall-repeated"), Some("true"));
    }
    let response = function.http(json().header("idempotency-key", "k-2")).await;
    let line = "event_id_invalid: event: differs from Idempotency-Key; send only one of them\n";
    assert_eq!((response.status(), response.body()), (400, line.to_owned()));
    assert_eq!(function.wall().await, "once\n");
}

#[tokio::test]
async fn a_clear_with_the_same_key_clears_once() {
    let function = Function::new();
    let clear = || Request::new("DELETE").header("idempotency-key", "k-1");
    function.post("old").await;
    assert_eq!(function.http(clear()).await.header("x-messagewall-repeated"), None);
    function.post("new").await;
    assert_eq!(function.http(clear()).await.header("x-messagewall-repeated"), Some("true"));
    assert_eq!(function.wall().await, "new\n");
    function.http(Request::new("DELETE")).await;
    assert_eq!(function.wall().await, "No message yet.");
}

#[tokio::test]
async fn the_same_id_from_two_sources_is_two_events() {
    let function = Function::new();
    let command = |fields: Value| {
        let mut command = json!({"command": "post", "text": "x"});
        command.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        command
    };
    let events = [
        eventbridge("id-1", "messagewall", "Message Posted", &json!({"text": "x"})),
        post("id-1", "x").0,
        command(json!({"event": "id-1"})),
        command(json!({"event": "id-1", "source": "page"})),
        command(json!({})),
    ];
    for event in &events {
        function.answer(event.clone()).await;
    }
    let ids: Vec<String> = function.content().lines().filter_map(event_of).collect();
    assert_eq!(ids, ["eventbridge:id-1", "http:id-1", "direct:id-1", "page:id-1", "lambda:request-4"]);
    for event in &events[..4] {
        function.answer(event.clone()).await;
    }
    assert_eq!(function.wall().await, "x\n".repeat(5));
}

fn event_of(line: &str) -> Option<String> {
    serde_json::from_str::<Value>(line).unwrap()["event"].as_str().map(str::to_owned)
}

#[tokio::test]
async fn an_event_id_that_cannot_be_stored_is_refused() {
    let function = Function::new();
    let key = "event_id_invalid: Idempotency-Key: must be 1 to 256 visible ASCII characters\n";
    for bad in ["", "two words", "caf\u{e9}", &"k".repeat(257)] {
        for request in [post(bad, "x"), Request::new("DELETE").header("idempotency-key", bad)] {
            let response = function.http(request).await;
            assert_eq!((response.status(), response.body()), (400, key.to_owned()), "{bad:?}");
        }
    }
    for bad in [String::new(), "e".repeat(257)] {
        let response = function.http(Request::new("POST").json(&json!({"text": "x", "event": bad}))).await;
        assert_eq!(response.body(), "event_id_invalid: event: must be 1 to 256 bytes\n");
        let answer = function.answer(json!({"command": "post", "text": "x", "event": bad})).await;
        let message = "event: must be 1 to 256 bytes";
        assert_eq!(answer, json!({"error": "event_id_invalid", "message": message, "field": "event", "status": 400}));
    }
    let long = eventbridge(&"e".repeat(257), "messagewall", "Message Posted", &json!({"text": "x"}));
    assert_eq!(function.answer(long).await["error"], "event_id_invalid");
    assert_eq!(function.wall().await, "No message yet.");
}

#[tokio::test]
async fn the_source_of_a_command_is_the_page_or_missing() {
    let function = Function::new();
    for (source, field, message) in [
        (json!({"source": "robot", "event": "e"}), "source", "clear.source: unknown variant `robot`, expected `page`"),
        (json!({"source": "page"}), "event", "event: is missing; `source` requires it"),
    ] {
        let mut command = source;
        command["command"] = json!("clear");
        let answer = function.answer(command).await;
        assert_eq!(answer, json!({"error": "command_invalid", "message": message, "field": field, "status": 400}));
    }
}
