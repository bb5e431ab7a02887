//! Errors of the HTTP API as JSON: each names the field that is wrong.

use serde_json::{Value, json};

use crate::harness::{Function, Request};

/// Sends a request that must be refused because of `field`.
async fn check_field<'a>(function: &Function, request: Request, error: &str, field: impl Into<Option<&'a str>>) {
    let body = function.http(request.accepting_json()).await.json();
    assert_eq!((&body["error"], body.get("field")), (&json!(error), Some(&json!(field.into()))), "{body}");
    let mut fields: Vec<&String> = body.as_object().unwrap().keys().collect();
    // Their order depends on the features of serde_json that other crates of the workspace enable.
    fields.sort();
    assert_eq!(fields, ["error", "field", "message"], "the status is that of the response");
}

fn post(text: &str) -> Request {
    Request::new("POST").text(text)
}

fn json_of(body: &str) -> Request {
    Request::new("POST").header("content-type", "application/json").body(body)
}

#[tokio::test]
async fn an_error_names_the_field_of_the_message_that_breaks_a_rule() {
    let function = Function::new();
    check_field(&function, post(""), "message_empty", "text").await;
    check_field(&function, post(&"x".repeat(501)), "message_too_long", "text").await;
    let author = json!({"text": "x", "author": "two\nlines"}).to_string();
    check_field(&function, json_of(&author), "author_invalid", "author").await;
    function.configure(json!({"blocked_words": ["darn"]})).await;
    check_field(&function, post("darn"), "message_blocked", "text").await;
    check_field(&function, json_of(r#"{"text":"x","author":"darn"}"#), "message_blocked", "author").await;
    function.configure(json!({"posting": "closed"})).await;
    check_field(&function, post("x"), "posting_closed", None).await;
}

#[tokio::test]
async fn an_error_names_the_part_of_the_request_that_cannot_be_read() {
    let function = Function::new();
    check_field(&function, Request::new("PUT"), "method_unsupported", None).await;
    check_field(&function, Request::new("GET").limit("0"), "limit_invalid", "limit").await;
    check_field(&function, Request::new("GET").limit("1,2"), "limit_invalid", "limit").await;
    check_field(&function, post("x").header("content-type", "image/png"), "content_type_unsupported", "content-type")
        .await;
    check_field(&function, Request::new("POST").base64("not base64"), "body_not_base64", "body").await;
    check_field(&function, Request::new("POST").base64("Y2Fm6Q=="), "not_utf8", "body").await;
    check_field(&function, json_of("{"), "json_invalid", "body").await;
    check_field(&function, json_of("[]"), "json_invalid", "body").await;
    check_field(&function, json_of("{}"), "json_invalid", "text").await;
    check_field(&function, json_of(r#"{"text":1}"#), "json_invalid", "text").await;
    check_field(&function, json_of(r#"{"text":"x","txt":1}"#), "json_invalid", "txt").await;
    check_field(&function, Request::new("POST").form(b"text=a&text=b"), "form_invalid", "text").await;
    check_field(&function, Request::new("POST").form(b"text=a&author=\xff"), "not_utf8", "author").await;
    let named = Request::new("DELETE").on_route("/MessageWall/{name}", "name", "lobby");
    check_field(&function, named, "wall_unknown", "name").await;
    let mut half = Request::new("GET");
    half.0["requestContext"]["http"] = json!({});
    check_field(&function, half, "event_invalid", "requestContext.http.method").await;
}

#[tokio::test]
async fn an_error_names_the_event_id_that_cannot_be_used() {
    let function = Function::new();
    let key = |key: &str, text: &str| post(text).header("idempotency-key", key);
    check_field(&function, key("two words", "x"), "event_id_invalid", "Idempotency-Key").await;
    let both = json_of(r#"{"text":"x","event":"k-1"}"#).header("idempotency-key", "k-2");
    check_field(&function, both, "event_id_invalid", "event").await;
    function.http(key("k-1", "one")).await;
    check_field(&function, key("k-1", "two"), "event_reused", "event").await;
}

#[tokio::test]
async fn an_error_of_the_volume_names_no_field() {
    let function = Function::at(|directory| {
        fs_err::write(directory.join("file"), "").unwrap();
        directory.join("file/wall")
    });
    let body = function.http(post("x").accepting_json()).await.json();
    assert_eq!((&body["error"], body.get("field")), (&json!("volume_error"), Some(&Value::Null)), "{body}");
}
