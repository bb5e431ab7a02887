//! Forms, and plain text that is sent with the content type of a form.

use serde_json::{Value, json};

use crate::harness::{Function, Request};

async fn posted(function: &Function, body: &[u8]) -> Value {
    let response = function.http(Request::new("POST").form(body).accepting_json()).await;
    assert_eq!(response.status(), 201, "{response:?}");
    response.json()["message"].clone()
}

#[tokio::test]
async fn a_form_is_parsed_by_the_url_standard() {
    let function = Function::new();
    let message = posted(&function, b"text=see+issue+#42&author=bob").await;
    assert_eq!((&message["text"], &message["author"]), (&json!("see issue #42"), &json!("bob")));
    let message = posted(&function, b"author=&text=one%0D%0Atwo&send=Post").await;
    assert_eq!((&message["text"], &message["author"]), (&json!("one\ntwo"), &Value::Null));
    // The body is longer than the longest URI.
    function.configure(json!({"max_message_chars": 4000})).await;
    let long = "\u{1f426}".repeat(4000);
    let body = format!("ignored={}&text={long}", "x".repeat(100_000));
    assert_eq!(posted(&function, body.as_bytes()).await["text"], long);
}

#[tokio::test]
async fn plain_text_that_curl_sends_as_a_form_is_a_message() {
    let function = Function::new();
    let mut wall = String::new();
    for text in ["Hello", "Fish & chips for 1+1=2 people, 100%", "author=bob", " a line\r\nand one more"] {
        wall = wall + text + "\n";
        assert_eq!(function.http(Request::new("POST").form(text.as_bytes())).await.body(), wall);
    }
}

#[tokio::test]
async fn a_form_that_cannot_be_parsed_is_refused_with_the_field() {
    let function = Function::new();
    for (body, line) in [
        (&b"text=a&text=b"[..], "form_invalid: text: must be given once"),
        (b"text=a&author=b&author=b", "form_invalid: author: must be given once"),
        (b"text=caf%E9", "not_utf8: text: is not UTF-8 at byte 3"),
        (b"text=a&author=\xff", "not_utf8: author: is not UTF-8 at byte 0"),
        (b"caf\xe9", "not_utf8: body: is not UTF-8 at byte 3"),
        (b"text=", "message_empty: text: the message is empty"),
        (b"", "message_empty: text: the message is empty"),
    ] {
        let response = function.http(Request::new("POST").form(body)).await;
        assert_eq!((response.status(), response.body()), (400, format!("{line}\n")));
    }
    assert_eq!(function.wall().await, "No message yet.");
}
