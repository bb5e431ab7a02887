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
    let arn = "arn:aws:lambda:us-east-1:123456789012:function:MessageWall:live";
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
