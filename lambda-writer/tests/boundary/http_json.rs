//! The HTTP API as JSON, and the messages that a reply leaves out.

use serde_json::json;

use crate::harness::{Function, Request};

/// The largest reply that Lambda accepts.
const LAMBDA_BYTES: usize = 6 * 1024 * 1024;

#[tokio::test]
async fn the_wall_is_json_for_a_client_that_requests_it() {
    let function = Function::new();
    let empty = function.http(Request::new("GET").accepting_json()).await.json();
    let nil = "00000000000000000000000000";
    assert_eq!(empty, json!({"wall": nil, "cursor": format!("{nil}-0-0000000000000000"), "messages": []}));

    let body = json!({"text": "Hello", "author": "ann"});
    let posted = function.http(Request::new("POST").json(&body).accepting_json()).await;
    assert_eq!(posted.status(), 201);
    let posted = posted.json();
    assert_eq!(posted["message"]["text"], "Hello");
    assert_eq!(posted["message"]["author"], "ann");
    assert_eq!(posted["repeated"], false);

    let wall = function.http(Request::new("GET").accepting_json()).await.json();
    assert_eq!(wall["messages"], json!([posted["message"]]));
    for field in ["wall", "cursor", "messages"] {
        assert_eq!(wall[field], posted[field], "{field}");
    }
    let message = &wall["messages"][0];
    assert!(message["received"].as_str() <= message["at"].as_str(), "{message}");

    let cleared = function.http(Request::new("DELETE").accepting_json()).await.json();
    assert_eq!(cleared["cleared"], true);
    assert_ne!(cleared["wall"], wall["wall"]);
}

#[tokio::test]
async fn a_plain_line_has_an_id_that_does_not_change() {
    let function = Function::new();
    fs_err::write(function.path("content"), "one\ntwo\n").unwrap();
    let wall = function.http(Request::new("GET").accepting_json()).await.json();
    let id = wall["messages"][1]["id"].as_str().unwrap();
    assert!(id.starts_with("plain-4-"), "{id}");
    let again = function.http(Request::new("GET").accepting_json()).await.json();
    assert_eq!(again["messages"][1]["id"], id);
    assert_eq!(wall["messages"][1], json!({"id": id, "at": null, "author": null, "text": "two", "received": null}));
}

#[tokio::test]
async fn json_is_sent_if_accept_names_it_and_does_not_prefer_text() {
    let function = Function::new();
    for (accept, is_json) in [
        ("application/json", true),
        ("application/json, text/plain, */*", true),
        ("text/html, application/json;q=0.9, */*;q=0.8", true),
        ("text/plain, application/json;q=0.5", false),
        ("application/json;q=0", false),
        ("text/html,application/xhtml+xml,*/*;q=0.8", false),
        ("*/*", false),
        ("", false),
    ] {
        let response = function.http(Request::new("GET").header("accept", accept)).await;
        assert_eq!(response.header("content-type") == Some("application/json"), is_json, "{accept}");
    }
}

#[tokio::test]
async fn the_newest_hundred_are_returned_unless_the_request_has_a_limit() {
    let function = Function::new();
    let lines: String = (0..150).map(|number| format!("{number}\n")).collect();
    fs_err::write(function.path("content"), &lines).unwrap();
    let newest = function.http(Request::new("GET")).await;
    assert_eq!(newest.body(), lines[lines.find("50\n").unwrap()..]);

    assert_eq!(function.http(Request::new("GET").limit("2")).await.body(), "148\n149\n");
    let all = function.http(Request::new("GET").limit("150")).await;
    assert_eq!(all.body(), lines);
}

#[tokio::test]
async fn a_reply_of_a_large_wall_fits_into_lambda() {
    let function = Function::new();
    // A quotation mark takes two bytes in JSON, and four in JSON within JSON.
    let line = "\"".repeat(4000) + "\n";
    fs_err::write(function.path("content"), line.repeat(1000)).unwrap();
    for request in [Request::new("GET"), Request::new("GET").accepting_json()] {
        let response = function.http(request.limit("10000")).await;
        let bytes = response.0.to_string().len();
        assert!(bytes < LAMBDA_BYTES && bytes > LAMBDA_BYTES * 4 / 5, "{bytes} bytes");
    }
    let direct = function.answer(json!({"command": "read", "limit": 10000})).await;
    let bytes = direct.to_string().len();
    assert!(bytes < LAMBDA_BYTES && bytes > LAMBDA_BYTES * 4 / 5, "{bytes} bytes");
    let messages = direct["messages"].as_array().unwrap().len();
    let older: usize = direct["older"].as_str().unwrap().split('-').nth(1).unwrap().parse().unwrap();
    assert_eq!(older, (1000 - messages) * line.len());
}

#[tokio::test]
async fn no_cursor_is_returned_that_no_request_accepts() {
    let function = Function::new();
    function.post("one").await;
    function.post("two").await;
    for request in [Request::new("GET"), Request::new("POST").text("three")] {
        let response = function.http(request.limit("1").accepting_json()).await;
        assert_eq!((response.header("x-messagewall-older"), response.json().get("older")), (None, None));
    }
}

#[tokio::test]
async fn unknown_parameters_are_ignored() {
    let function = Function::new();
    function.post("one").await;
    function.post("two").await;
    // jQuery adds such a parameter against caches.
    let mut request = Request::new("GET");
    request.0["rawQueryString"] = json!("limit=1&_=1732512345678");
    request.0["queryStringParameters"] = json!({"limit": "1", "_": "1732512345678"});
    let response = function.http(request).await;
    assert_eq!((response.status(), response.body()), (200, "two\n".to_owned()));
}

#[tokio::test]
async fn a_plain_line_that_is_very_long_is_shown_cut() {
    let function = Function::new();
    fs_err::write(function.path("content"), "x".repeat(7_000_000) + "\n").unwrap();
    let response = function.http(Request::new("GET")).await;
    assert_eq!((response.status(), response.body()), (200, "x".repeat(16 * 1024) + "…\n"));
}
