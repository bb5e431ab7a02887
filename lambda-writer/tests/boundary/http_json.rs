//! The same API as JSON, and what a reply leaves out.

use serde_json::{Value, json};

use crate::harness::{Function, Request};

/// What Lambda carries.
const LAMBDA_BYTES: usize = 6 * 1024 * 1024;

#[tokio::test]
async fn the_wall_is_json_for_a_client_that_asks_for_it() {
    let function = Function::new();
    let empty = function.http(Request::new("GET").accepting_json()).await.json();
    let nil = "00000000000000000000000000";
    assert_eq!(empty, json!({"wall": nil, "cursor": format!("{nil}-0"), "older": null, "messages": []}));

    let body = json!({"text": "Hello", "author": "ann"});
    let posted = function.http(Request::new("POST").json(&body).accepting_json()).await;
    assert_eq!(posted.status(), 201);
    let posted = posted.json();
    assert_eq!(posted["message"]["text"], "Hello");
    assert_eq!(posted["message"]["author"], "ann");
    assert_eq!(posted["repeated"], false);

    let wall = function.http(Request::new("GET").accepting_json()).await.json();
    assert_eq!(wall["messages"], json!([posted["message"]]));
    for field in ["wall", "cursor", "older", "messages"] {
        assert_eq!(wall[field], posted[field], "{field}");
    }
    let message = &wall["messages"][0];
    assert!(message["received"].as_str() <= message["at"].as_str(), "{message}");

    let cleared = function.http(Request::new("DELETE").accepting_json()).await.json();
    assert_eq!(cleared["cleared"], true);
    assert_ne!(cleared["wall"], wall["wall"]);
}

#[tokio::test]
async fn a_plain_line_has_its_cursor_for_an_id() {
    let function = Function::new();
    fs_err::write(function.path("content"), "one\ntwo\n").unwrap();
    let wall = function.http(Request::new("GET").accepting_json()).await.json();
    let id = format!("{}-4", wall["wall"].as_str().unwrap());
    assert_eq!(wall["messages"][1], json!({"id": id, "at": null, "author": null, "text": "two", "received": null}));
}

#[tokio::test]
async fn json_is_for_those_who_name_it_and_like_it_best() {
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
async fn a_request_that_comes_again_adds_its_message_once() {
    let function = Function::new();
    let event = Request::new("POST").text("once").accepting_json().0;
    let first = function.answer(event.clone()).await;
    let again = function.answer(event).await;
    assert_eq!((&first["statusCode"], &again["statusCode"]), (&json!(201), &json!(200)));
    assert_eq!(function.wall().await, "once\n");
}

#[tokio::test]
async fn the_newest_hundred_are_answered_unless_another_limit_is_asked_for() {
    let function = Function::new();
    let lines: String = (0..150).map(|number| format!("{number}\n")).collect();
    fs_err::write(function.path("content"), &lines).unwrap();
    let newest = function.http(Request::new("GET")).await;
    assert_eq!(newest.body(), lines[lines.find("50\n").unwrap()..]);
    let older = newest.header("x-messagewall-older").unwrap();
    assert!(older.ends_with(&format!("-{}", lines.find("50\n").unwrap())), "{older}");

    assert_eq!(function.http(Request::new("GET").limit("2")).await.body(), "148\n149\n");
    let all = function.http(Request::new("GET").limit("150")).await;
    assert_eq!(all.body(), lines);
    assert_eq!(all.header("x-messagewall-older"), None);
}

#[tokio::test]
async fn a_reply_fits_into_lambda_however_much_is_on_the_wall() {
    let function = Function::new();
    // A quotation mark takes two bytes in JSON, and four in JSON within JSON.
    let line = "\"".repeat(4000) + "\n";
    fs_err::write(function.path("content"), line.repeat(1000)).unwrap();
    for request in [Request::new("GET"), Request::new("GET").accepting_json()] {
        let response = function.http(request.limit("10000")).await;
        let bytes = response.0.to_string().len();
        assert!(bytes < LAMBDA_BYTES && bytes > LAMBDA_BYTES * 4 / 5, "{bytes} bytes");
        let older: usize = response.header("x-messagewall-older").unwrap().split_once('-').unwrap().1.parse().unwrap();
        let messages = match serde_json::from_str::<Value>(&response.body()) {
            Ok(page) => page["messages"].as_array().unwrap().len(),
            Err(_) => response.body().lines().count(),
        };
        assert!(messages < 1000);
        assert_eq!(older, (1000 - messages) * line.len());
    }
    let direct = function.answer(json!({"command": "read", "limit": 10000})).await;
    let bytes = direct.to_string().len();
    assert!(bytes < LAMBDA_BYTES && bytes > LAMBDA_BYTES * 4 / 5, "{bytes} bytes");
}

#[tokio::test]
async fn a_line_that_is_too_long_for_lambda_is_left_out_and_told() {
    let function = Function::new();
    fs_err::write(function.path("content"), "x".repeat(7_000_000) + "\n").unwrap();
    let response = function.http(Request::new("GET")).await;
    assert_eq!((response.status(), response.body()), (200, String::new()));
    assert!(response.header("x-messagewall-older").unwrap().ends_with("-7000001"));
}
