//! Requests that the HTTP API refuses, and the responses.

use serde_json::json;
use support::contract;

use crate::harness::{Function, Request};

/// Sends a request that must be refused and leave the wall as it was.
async fn check_refused(function: &Function, request: Request, status: u64, line: &str) {
    let before = function.wall().await;
    let response = function.http(request).await;
    assert_eq!((response.status(), response.body()), (status, format!("{line}\n")));
    assert_eq!(function.wall().await, before);
}

#[tokio::test]
async fn a_message_that_breaks_a_rule_is_refused_with_the_rule() {
    let function = Function::new();
    function.post("before").await;
    let post = |text: &str| Request::new("POST").text(text);
    check_refused(&function, post(""), 400, "message_empty: text: the message is empty").await;
    check_refused(&function, post(" \n\t"), 400, "message_empty: text: the message is empty").await;
    check_refused(&function, Request::new("POST"), 400, "message_empty: text: the message is empty").await;
    let long = "message_too_long: text: the message has 501 characters, at most 500 are allowed";
    check_refused(&function, post(&"\u{e9}".repeat(501)), 413, long).await;
    let huge = "message_too_long: text: the message has 10000000 characters, at most 500 are allowed";
    check_refused(&function, post(&"x".repeat(10_000_000)), 413, huge).await;

    function.configure(json!({"blocked_words": ["darn"]})).await;
    let blocked = "message_blocked: text: contains the blocked word \"darn\"";
    check_refused(&function, post("DARN it"), 422, blocked).await;
    let author = Request::new("POST").json(&json!({"text": "x", "author": "two\nlines"}));
    check_refused(&function, author, 400, "author_invalid: author: must be 1 to 80 characters on one line").await;

    function.configure(json!({"posting": "closed"})).await;
    check_refused(&function, post("x"), 403, "posting_closed: posting is closed on this wall").await;
}

#[tokio::test]
async fn a_message_of_the_longest_length_is_accepted() {
    let function = Function::new();
    let text = "\u{1f426}".repeat(500);
    assert_eq!(function.post(&text).await.body(), format!("{text}\n"));
}

#[tokio::test]
async fn only_text_json_and_forms_are_accepted() {
    let function = Function::new();
    let of_type = |content_type: &str| Request::new("POST").header("content-type", content_type).body("x");
    for accepted in ["text/plain", "text/plain; charset=UTF-8", "text/plain;charset=\"utf-8\"", "Text/Plain"] {
        assert_eq!(function.http(of_type(accepted)).await.status(), 200, "{accepted}");
    }
    assert_eq!(function.http(Request::new("POST").body("without a type")).await.status(), 200);

    let refused = |header: &str| {
        let accepted = "text/plain, application/json and application/x-www-form-urlencoded are accepted, in UTF-8";
        format!("content_type_unsupported: content-type: {header:?} is not accepted; {accepted}")
    };
    let latin1_form = "application/x-www-form-urlencoded; charset=latin1";
    for header in ["text/html", "text/plain; charset=latin1", latin1_form, "image/png", "nonsense", ""] {
        check_refused(&function, of_type(header), 415, &refused(header)).await;
    }
}

#[tokio::test]
async fn a_base64_body_is_decoded() {
    let function = Function::new();
    let response = function.http(Request::new("POST").base64("Y2Fmw6kKYW5kIG1vcmU=")).await;
    assert_eq!(response.body(), "caf\u{e9}\nand more\n");
}

#[tokio::test]
async fn a_body_that_is_not_text_is_refused_with_the_place() {
    let function = Function::new();
    let latin1 = Request::new("POST").base64("Y2Fm6Q==");
    check_refused(&function, latin1, 400, "not_utf8: body: is not UTF-8 at byte 3").await;
    let response = function.http(Request::new("POST").base64("not base64")).await;
    assert_eq!(response.status(), 400);
    assert!(response.body().starts_with("body_not_base64: body: isBase64Encoded is true, but "), "{response:?}");
}

#[tokio::test]
async fn malformed_json_is_refused_with_the_place() {
    let function = Function::new();
    for (body, problem) in [
        ("", "body: EOF while parsing a value at line 1 column 0"),
        (r#"{"text":"a""#, "body: EOF while parsing an object at line 1 column 11"),
        (r#"{"text":"a"} more"#, "body: trailing characters at line 1 column 14"),
        (r#"["a", null]"#, "body: must be a JSON object"),
        (r#"{"text":1}"#, "body.text: invalid type: integer `1`, expected a string"),
        (r#"{"author":"a"}"#, "body: missing field `text`"),
        (r#"{"text":"a","":1}"#, "body: unknown field ``, expected one of `text`, `author`, `event`"),
        (r#"{"text":"a","txt":1}"#, "body.txt: unknown field `txt`, expected one of `text`, `author`, `event`"),
    ] {
        let request = Request::new("POST").header("content-type", "application/json").body(body);
        check_refused(&function, request, 400, &format!("json_invalid: {problem}")).await;
    }
}

#[tokio::test]
async fn json_that_the_parser_refuses_or_that_gives_a_field_twice_is_refused_with_the_place() {
    let function = Function::new();
    let deep = format!(r#"{{"text":{}1{}}}"#, "[".repeat(200), "]".repeat(200));
    for (body, problem) in [
        (r#"{"text":"cut \ud83d"}"#, "body: unexpected end of hex escape at line 1 column 20"),
        (r#"{"text":1e400}"#, "body: number out of range at line 1 column 13"),
        (&deep, "body: recursion limit exceeded at line 1 column 135"),
        (r#"{"text":"one","text":"other"}"#, r#"body: the field "text" is given twice at line 1 column 29"#),
    ] {
        let request = Request::new("POST").header("content-type", "application/json").body(body);
        check_refused(&function, request, 400, &format!("json_invalid: {problem}")).await;
    }
}

#[tokio::test]
async fn a_byte_order_mark_is_skipped_before_json_and_kept_in_text() {
    let function = Function::new();
    let json = Request::new("POST").header("content-type", "application/json").body("\u{feff}{\"text\":\"one\"}\r\n");
    assert_eq!(function.http(json).await.body(), "one\n");
    assert_eq!(function.post("\u{feff}two").await.body(), "one\n\u{feff}two\n");
}

#[tokio::test]
async fn a_limit_that_is_out_of_range_is_refused() {
    let function = Function::new();
    for limit in ["0", "10001", "-1"] {
        let line = format!("limit_invalid: limit: must be 1 to 10000, is {limit}");
        check_refused(&function, Request::new("GET").limit(limit), 400, &line).await;
    }
    let twice = "limit_invalid: limit: must be given once";
    check_refused(&function, Request::new("GET").limit("1,2"), 400, twice).await;
    for limit in ["", "x", "99999999999999999999"] {
        let line = format!("limit_invalid: limit: must be 1 to 10000, is {limit:?}");
        check_refused(&function, Request::new("GET").limit(limit), 400, &line).await;
    }
}

#[tokio::test]
async fn a_named_wall_is_unknown() {
    let function = Function::new();
    let mut request = Request::new("POST").text("x");
    request.0["pathParameters"] = json!({"name": "lobby"});
    check_refused(&function, request, 404, "wall_unknown: name: there is no wall \"lobby\"").await;
}

#[tokio::test]
async fn no_method_on_the_route_of_a_named_wall_reaches_the_default_wall() {
    let function = Function::new();
    function.post("stays").await;
    let api = &contract()["routes"]["api"];
    let (route, parameter) = (api["named_wall"].as_str().unwrap(), api["wall_parameter"].as_str().unwrap());
    assert!(route.ends_with(&format!("/{{{parameter}}}")), "{route}");
    for method in ["GET", "POST", "DELETE"] {
        for name in ["lobby", "LOBBY", "caf\u{e9}", "a/b", " ", ""] {
            let request = Request::new(method).text("x").on_route(route, parameter, name);
            let line = format!("wall_unknown: {parameter}: there is no wall {name:?}");
            check_refused(&function, request, 404, &line).await;
        }
        // A template that gives the parameter another name must not clear the default wall.
        let request = Request::new(method).text("x").on_route("/MessageWall/{wall}", "wall", "lobby");
        check_refused(&function, request, 404, "wall_unknown: wall: there is no wall \"lobby\"").await;
    }
    assert_eq!(function.wall().await, "stays\n");
}

#[tokio::test]
async fn a_request_that_is_half_an_event_is_refused_in_http() {
    let function = Function::new();
    let mut request = Request::new("GET");
    request.0["requestContext"]["http"] = json!({});
    let response = function.http(request).await;
    assert_eq!(response.status(), 400);
    assert_eq!(response.body(), "event_invalid: event.requestContext.http: missing field `method`\n");
}

#[tokio::test]
async fn an_error_is_json_for_a_client_that_reads_json() {
    let function = Function::new();
    let response = function.http(Request::new("POST").text("").accepting_json()).await;
    assert_eq!(response.status(), 400);
    assert_eq!(response.header("content-type"), Some("application/json"));
    assert_eq!(
        response.json(),
        json!({"error": "message_empty", "message": "text: the message is empty", "field": "text"})
    );
}
