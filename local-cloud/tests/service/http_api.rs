use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::{Value, json};

use crate::harness::{Answer, Service, order, start};

/// Returns the event that the function received.
async fn event_of(service: &Service, request: Request<Body>) -> Value {
    let answer = service.send(request).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()
}

async fn answer_of(service: &Service, answer: Value) -> Answer {
    service.call(json!({ "do": "answer", "answer": answer })).await
}

#[tokio::test]
async fn a_request_becomes_an_event_of_payload_format_2() {
    let service = start(1).await;
    let request = Request::put(format!("{}/default/MessageWall/caf%C3%A9?a=1&a=2&b=x+y", service.api))
        .header("X-Mixed", "one")
        .header("x-mixed", "two")
        .header("cookie", "c=1; d=2")
        .header("user-agent", "tester")
        .header("content-type", "text/plain")
        .body("grüße".into())
        .unwrap();
    let event = event_of(&service, request).await;
    let expected = [
        ("/version", json!("2.0")),
        ("/routeKey", json!("ANY /MessageWall/{name}")),
        ("/rawPath", json!("/default/MessageWall/caf%C3%A9")),
        ("/rawQueryString", json!("a=1&a=2&b=x+y")),
        ("/queryStringParameters", json!({ "a": "1,2", "b": "x y" })),
        ("/pathParameters", json!({ "name": "café" })),
        ("/headers/x-mixed", json!("one,two")),
        ("/cookies", json!(["c=1", "d=2"])),
        ("/requestContext/http/method", json!("PUT")),
        ("/requestContext/http/sourceIp", json!("127.0.0.1")),
        ("/requestContext/http/userAgent", json!("tester")),
        ("/requestContext/http/protocol", json!("HTTP/1.1")),
        ("/requestContext/stage", json!("default")),
        ("/body", json!("grüße")),
        ("/isBase64Encoded", json!(false)),
    ];
    for (field, value) in expected {
        assert_eq!(event.pointer(field), Some(&value), "{field} of {event}");
    }
    assert!(event["headers"].get("cookie").is_none(), "{event}");
    let typed: ApiGatewayV2httpRequest = serde_json::from_value(event).unwrap();
    assert_eq!(typed.request_context.http.method, Method::PUT);
    assert!(typed.request_context.time_epoch > 0 && typed.request_context.time.is_some());
}

#[tokio::test]
async fn every_request_has_a_new_id() {
    let service = start(1).await;
    let mut ids = Vec::new();
    for _ in 0..2 {
        let request = Request::get(format!("{}/default/MessageWall", service.api)).body(Body::empty()).unwrap();
        ids.push(event_of(&service, request).await["requestContext"]["requestId"].clone());
    }
    assert!(ids[0].is_string() && ids[0] != ids[1], "{ids:?}");
}

#[tokio::test]
async fn a_body_that_is_not_text_is_encoded() {
    let service = start(1).await;
    let form = "application/x-www-form-urlencoded";
    for (content_type, body) in [("text/plain", &b"\xff\x00"[..]), ("image/png", b"text"), (form, b"a=b")] {
        let request = Request::post(format!("{}/default/MessageWall", service.api))
            .header("content-type", content_type)
            .body(body.to_vec().into());
        let event = event_of(&service, request.unwrap()).await;
        assert_eq!(event["isBase64Encoded"], true, "{content_type}");
    }
}

#[tokio::test]
async fn every_method_reaches_the_function() {
    let service = start(1).await;
    for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"] {
        let request = Request::builder().method(method).uri(format!("{}/default/MessageWall", service.api));
        let answer = service.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, 200, "{method}");
    }
    assert_eq!(service.status().await["invocations"], 8);
}

#[tokio::test]
async fn the_answer_becomes_a_response_with_its_headers_cookies_and_bytes() {
    let service = start(1).await;
    let answer = json!({
        "statusCode": 201,
        "headers": { "x-one": "1", "x-number": 2 },
        "multiValueHeaders": { "x-many": ["a", "b"] },
        "cookies": ["c=1; HttpOnly", "d=2"],
        "body": "//8=",
        "isBase64Encoded": true,
    });
    let response = answer_of(&service, answer).await;
    assert_eq!((response.status.as_u16(), &response.body[..]), (201, &[0xff, 0xff][..]));
    assert_eq!((response.header("x-one"), response.header("x-number")), (Some("1"), Some("2")));
    assert_eq!(response.headers.get_all("x-many").iter().count(), 2);
    assert_eq!(response.headers.get_all("set-cookie").iter().count(), 2);
}

#[tokio::test]
async fn an_answer_without_a_status_is_the_body() {
    let service = start(1).await;
    for (answer, body) in [(json!("a text"), "a text"), (json!({ "a": 1 }), r#"{"a":1}"#)] {
        let response = answer_of(&service, answer).await;
        assert_eq!((response.status.as_u16(), response.text().as_str()), (200, body));
        assert_eq!(response.header("content-type"), Some("application/json"));
    }
}

#[tokio::test]
async fn an_invalid_answer_of_the_function_is_an_internal_server_error() {
    let service = start(2).await;
    let wrong = json!({ "statusCode": "many" });
    let responses =
        [service.call(order("fail")).await, service.call(order("die")).await, answer_of(&service, wrong).await];
    for response in responses {
        assert_eq!(response.status, 500);
        assert_eq!(response.json(), json!({ "message": "Internal Server Error" }));
    }
}

#[tokio::test]
async fn a_request_that_is_too_long_does_not_reach_the_function() {
    let service = start(1).await;
    // The first body exceeds the limit of the HTTP API. The second one does not, but its event exceeds the limit of Lambda.
    for length in [10 * 1024 * 1024 + 1, 7 * 1024 * 1024] {
        let request = Request::post(format!("{}/default/MessageWall", service.api)).body(vec![b'x'; length].into());
        let response = service.send(request.unwrap()).await;
        assert_eq!((response.status.as_u16(), response.json()), (413, json!({ "message": "Request Too Long" })));
    }
    assert_eq!(service.status().await["invocations"], 0);
}

#[tokio::test]
async fn other_paths_are_not_found() {
    let service = start(0).await;
    for path in ["/", "/default", "/default/Other", "/default/MessageWall/a/b"] {
        let request = Request::get(format!("{}{path}", service.api)).body(Body::empty()).unwrap();
        let response = service.send(request).await;
        assert_eq!((response.status.as_u16(), response.json()), (404, json!({ "message": "Not Found" })), "{path}");
    }
}
