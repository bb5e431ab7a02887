use aws_sdk_lambda::Client;
use aws_sdk_lambda::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_lambda::primitives::Blob;
use serde_json::json;

use crate::harness::{order, start};

#[tokio::test]
async fn the_sdk_gets_the_answer_of_the_function() {
    let service = start(1).await;
    let config = aws_sdk_lambda::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(Credentials::new("local", "local", None, None, "test"))
        .endpoint_url(&service.api);
    let lambda = Client::from_conf(config.build());
    let event = json!({ "hello": "ä" }).to_string();
    let arn = "arn:aws:lambda:us-east-1:123456789012:function:MessageWall:$LATEST";
    for function in ["MessageWall", arn] {
        let answer = lambda.invoke().function_name(function).payload(Blob::new(event.clone())).send().await.unwrap();
        assert_eq!(answer.payload().unwrap().as_ref(), event.as_bytes());
        assert_eq!(answer.executed_version(), Some("$LATEST"));
        assert_eq!(answer.function_error(), None);
    }
    let unknown = lambda.invoke().function_name("Nobody").send().await.unwrap_err().into_service_error();
    assert!(unknown.is_resource_not_found_exception(), "{unknown:?}");
}

#[tokio::test]
async fn an_error_of_the_function_is_marked_as_one() {
    let service = start(1).await;
    let answer = service.invoke(order("fail")).await;
    assert_eq!(answer.status, 200);
    answer.error_type();
    assert_eq!(answer.json()["errorMessage"], "told to fail");
    assert_eq!(service.status().await["errors"], 1);
}

#[tokio::test]
async fn an_empty_payload_is_an_empty_object() {
    let service = start(1).await;
    let answer = service.send(service.invocation("MessageWall", "RequestResponse", "")).await;
    assert_eq!(answer.json(), json!({}));
}

#[tokio::test]
async fn a_dry_run_invokes_nothing() {
    let service = start(1).await;
    let answer = service.send(service.invocation("MessageWall", "DryRun", "{}")).await;
    assert_eq!(answer.status, 204);
    assert_eq!(service.status().await["invocations"], 0);
}

#[tokio::test]
async fn a_wrong_call_is_reported_with_the_error_names_of_lambda() {
    let service = start(0).await;
    let long = format!("\"{}\"", "x".repeat(6_291_555));
    let long_event = format!("\"{}\"", "x".repeat(1_048_575));
    let cases = [
        ("Nobody", "RequestResponse", "{}".to_owned(), 404, "ResourceNotFoundException"),
        ("MessageWall", "RequestResponse", "{nope".to_owned(), 400, "InvalidRequestContentException"),
        ("MessageWall", "Sometimes", "{}".to_owned(), 400, "InvalidParameterValueException"),
        ("MessageWall", "RequestResponse", long, 413, "RequestEntityTooLargeException"),
        ("MessageWall", "Event", long_event, 413, "RequestEntityTooLargeException"),
    ];
    for (function, kind, payload, status, error) in cases {
        let answer = service.send(service.invocation(function, kind, payload)).await;
        assert_eq!((answer.status.as_u16(), answer.header("x-amzn-errortype")), (status, Some(error)));
        assert_eq!(answer.json()["Type"], "User");
    }
}

#[tokio::test]
async fn a_payload_that_is_not_json_in_utf_8_is_refused_as_on_lambda() {
    let service = start(1).await;
    for (payload, said) in [
        (&b"{\"text\":\"caf\xe9\"}"[..], "it is not UTF-8 at byte 12"),
        (b"\xef\xbb\xbf{}", "it begins with a byte order mark (EF BB BF), which is no part of JSON"),
        (b"{\"text\":}", "expected value at line 1 column 9"),
    ] {
        for kind in ["RequestResponse", "Event", "DryRun"] {
            let answer = service.send(service.invocation("MessageWall", kind, payload.to_vec())).await;
            assert_eq!(
                (answer.status.as_u16(), answer.header("x-amzn-errortype")),
                (400, Some("InvalidRequestContentException"))
            );
            assert_eq!(answer.json()["message"], format!("Could not parse request body into json: {said}"));
        }
    }
    assert_eq!(service.status().await["invocations"], 0);
}

#[tokio::test]
async fn versions_and_aliases_are_unknown_as_on_a_function_without_them() {
    let service = start(1).await;
    for (function, qualifier, status) in [
        ("MessageWall", "?Qualifier=$LATEST", 200),
        ("MessageWall:$LATEST", "", 200),
        ("MessageWall", "?Qualifier=live", 404),
        ("MessageWall:live", "", 404),
        ("MessageWall", "?Qualifier=7", 404),
    ] {
        let mut request = service.invocation(function, "RequestResponse", "{}");
        *request.uri_mut() = format!("{}{qualifier}", request.uri()).parse().unwrap();
        let answer = service.send(request).await;
        assert_eq!(answer.status, status, "{function}{qualifier}");
        if status == 404 {
            let message = answer.json()["Message"].as_str().unwrap().to_owned();
            assert!(message.starts_with("Function not found: arn:aws:lambda:") && message.len() > 70, "{message}");
        }
    }
}

#[tokio::test]
async fn a_client_context_that_is_no_json_in_base64_is_refused() {
    let service = start(1).await;
    let long = "e".repeat(3584);
    for (context, status) in [("e30=", 200), ("e30", 400), ("W10=", 400), ("{}", 400), (long.as_str(), 400)] {
        let mut request = service.invocation("MessageWall", "RequestResponse", "{}");
        request.headers_mut().insert("x-amz-client-context", context.parse().unwrap());
        let answer = service.send(request).await;
        assert_eq!(answer.status, status, "{context}");
        if status == 400 {
            assert_eq!(answer.header("x-amzn-errortype"), Some("InvalidRequestContentException"));
        }
    }
}

#[tokio::test]
async fn the_end_of_the_log_is_at_most_4_kib() {
    let service = start(1).await;
    for (kind, status) in [("Tail", 200), ("None", 200), ("All", 400)] {
        let mut request = service.invocation("MessageWall", "RequestResponse", "{}");
        request.headers_mut().insert("x-amz-log-type", kind.parse().unwrap());
        let answer = service.send(request).await;
        assert_eq!((answer.status.as_u16(), answer.header("x-amz-log-result").is_some()), (status, kind == "Tail"));
        assert!(answer.header("x-amz-log-result").is_none_or(|log| log.len() <= 4096 * 4 / 3 + 4));
    }
}
