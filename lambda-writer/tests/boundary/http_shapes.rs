//! The other shapes of HTTP requests: payload format 1.0, function URL, load balancer.

use serde_json::{Value, json};

use crate::harness::Function;

fn v1(method: &str, body: Option<&str>) -> Value {
    json!({
        "version": "1.0", "resource": "/MessageWall", "path": "/MessageWall", "httpMethod": method,
        "headers": {"Content-Type": "text/plain"}, "multiValueHeaders": {"Content-Type": ["text/plain"]},
        "queryStringParameters": null, "multiValueQueryStringParameters": null, "pathParameters": null,
        "stageVariables": null, "requestContext": {"requestId": "r", "httpMethod": method, "stage": "default"},
        "body": body, "isBase64Encoded": false,
    })
}

fn load_balancer(method: &str, body: &str) -> Value {
    json!({
        "requestContext": {"elb": {"targetGroupArn": "arn"}}, "httpMethod": method, "path": "/MessageWall",
        "queryStringParameters": {}, "headers": {"content-type": "text/plain"}, "body": body, "isBase64Encoded": false,
    })
}

fn function_url(method: &str, body: Option<&str>) -> Value {
    let mut event = support::http_event(method);
    event["rawPath"] = json!("/");
    event["routeKey"] = json!("$default");
    event["headers"]["content-type"] = json!("text/plain");
    event["body"] = json!(body);
    event
}

/// Returns the transcript of the blog post as the answers to requests of one shape.
async fn transcript(request: impl Fn(&str, Option<&str>) -> Value) -> Vec<(u64, String)> {
    let function = Function::new();
    let mut answers = Vec::new();
    for (method, body) in [
        ("GET", None),
        ("POST", Some("Hello from EFS!")),
        ("POST", Some("Hello again :)")),
        ("GET", None),
        ("DELETE", None),
        ("GET", None),
        ("PATCH", None),
    ] {
        let answer = function.answer(request(method, body)).await;
        answers.push((answer["statusCode"].as_u64().unwrap(), answer["body"].as_str().unwrap().to_owned()));
    }
    answers
}

#[tokio::test]
async fn every_shape_gives_the_answers_of_the_blog_post_byte_for_byte() {
    let expected = [
        (200, "No message yet."),
        (200, "Hello from EFS!\n"),
        (200, "Hello from EFS!\nHello again :)\n"),
        (200, "Hello from EFS!\nHello again :)\n"),
        (200, "Messages deleted."),
        (200, "No message yet."),
        (405, "Method unsupported."),
    ]
    .map(|(status, body)| (status, body.to_owned()));
    assert_eq!(transcript(v1).await, expected);
    assert_eq!(transcript(function_url).await, expected);
    assert_eq!(transcript(|method, body| load_balancer(method, body.unwrap_or_default())).await, expected);
}

#[tokio::test]
async fn a_response_has_the_shape_of_its_request() {
    let function = Function::new();
    let answer = function.answer(load_balancer("GET", "")).await;
    assert_eq!(answer["statusDescription"], "200 OK");
    assert_eq!(answer["headers"]["content-type"], "text/plain; charset=utf-8");
    assert_eq!(answer["isBase64Encoded"], false);
    let mut event = load_balancer("GET", "");
    event["multiValueHeaders"] = json!({"accept": ["application/json"]});
    event["headers"] = Value::Null;
    let answer = function.answer(event).await;
    assert_eq!(answer["multiValueHeaders"]["content-type"], json!(["application/json"]));
    let answer = function.answer(v1("GET", None)).await;
    assert_eq!(answer["headers"]["content-type"], "text/plain; charset=utf-8");
}

#[tokio::test]
async fn the_limit_of_a_query_is_understood_in_every_shape() {
    let function = Function::new();
    for text in ["one", "two", "three"] {
        function.post(text).await;
    }
    let mut v1 = v1("GET", None);
    v1["multiValueQueryStringParameters"] = json!({"limit": ["2"], "x": []});
    let mut balancer = load_balancer("GET", "");
    balancer["queryStringParameters"] = json!({"limit": "%32", "y": "a%26b"});
    for event in [v1, balancer] {
        assert_eq!(function.answer(event).await["body"], "two\nthree\n");
    }
}

#[tokio::test]
async fn a_named_wall_is_unknown_in_every_shape_and_the_default_wall_stays() {
    let function = Function::new();
    function.post("kept").await;
    let mut proxy = v1("DELETE", None);
    proxy["path"] = json!("/MessageWall/lobby");
    proxy["pathParameters"] = json!({"proxy": "MessageWall/lobby"});
    let mut balancer = load_balancer("DELETE", "");
    balancer["path"] = json!("/prefix/MessageWall/lobby");
    let mut url = function_url("DELETE", None);
    url["rawPath"] = json!("/MessageWall//lobby");
    for event in [proxy, balancer, url] {
        let answer = function.answer(event).await;
        assert_eq!(answer["statusCode"], 404);
        assert_eq!(answer["body"].as_str().unwrap().split_once(':').unwrap().0, "wall_unknown");
    }
    assert_eq!(function.wall().await, "kept\n");
    let mut proxy = v1("GET", None);
    proxy["pathParameters"] = json!({"proxy": "MessageWall"});
    assert_eq!(function.answer(proxy).await["body"], "kept\n");
}

#[tokio::test]
async fn a_binary_body_is_decoded_in_every_shape() {
    let function = Function::new();
    let mut v1 = v1("POST", Some("b25l"));
    let mut balancer = load_balancer("POST", "dHdv");
    for event in [&mut v1, &mut balancer] {
        event["isBase64Encoded"] = json!(true);
        assert_eq!(function.answer(event.clone()).await["statusCode"], 200);
    }
    assert_eq!(function.wall().await, "one\ntwo\n");
}
