//! Two functions on one service.

use axum::body::Body;
use axum::http::Request;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use local_cloud::lambda::{Cloud, Settings};
use serde_json::{Value, json};

use crate::harness::{Answer, Service, client, order, read, start_cloud, within};

const INFERENCE: &str = "MessageWallInference";

async fn start(environments: [usize; 2]) -> Service {
    start_cloud(environments, Cloud::new(Settings::default(), vec![Settings::of_inference()])).await
}

async fn invoke(service: &Service, function: &str, event: &Value) -> Answer {
    within(service.send(service.invocation(function, "RequestResponse", event.to_string()))).await
}

#[tokio::test]
async fn each_function_has_its_own_environments_counters_and_arn() {
    let service = start([1, 2]).await;
    assert_eq!(invoke(&service, INFERENCE, &order("echo")).await.json(), order("echo"));
    let arn = "arn:aws:lambda:us-east-1:123456789012:function:MessageWallInference:$LATEST";
    assert_eq!(invoke(&service, arn, &order("echo")).await.json(), order("echo"));
    let status = service.status().await;
    assert_eq!((&status["function"], &status["invocations"]), (&json!("MessageWall"), &json!(0)));
    let functions = status["functions"].as_array().unwrap();
    for (function, (name, environments, invocations)) in
        functions.iter().zip([("MessageWall", 1, 0), (INFERENCE, 2, 2)])
    {
        assert_eq!((&function["function"], &function["invocations"]), (&json!(name), &json!(invocations)));
        assert_eq!(function["environments"].as_array().unwrap().len(), environments, "{status}");
    }
}

#[tokio::test]
async fn a_full_queue_of_one_function_does_not_throttle_the_other() {
    let full = Settings { queue: 0, ..Settings::of_inference() };
    let service = start_cloud([1, 1], Cloud::new(Settings::default(), vec![full])).await;
    let sleep = json!({ "do": "sleep", "ms": 500 });
    let (busy, ()) = tokio::join!(invoke(&service, INFERENCE, &sleep), async {
        service.until(|status| status["functions"][1]["in_flight"] == 1).await;
        assert_eq!(invoke(&service, INFERENCE, &order("echo")).await.status, 429);
        assert_eq!(invoke(&service, "MessageWall", &order("echo")).await.json(), order("echo"));
    });
    assert_eq!(busy.status, 200);
    assert_eq!(service.status().await["throttles"], 0);
}

#[tokio::test]
async fn the_crash_of_one_function_leaves_the_other_alone() {
    let service = start([1, 1]).await;
    assert_eq!(invoke(&service, INFERENCE, &order("die")).await.error_type(), "Runtime.ExitError");
    assert_eq!(invoke(&service, "MessageWall", &order("echo")).await.json(), order("echo"));
    let status = service.status().await;
    assert_eq!((&status["crashes"], &status["functions"][1]["crashes"]), (&json!(0), &json!(1)), "{status}");
}

#[tokio::test]
async fn an_environment_that_attaches_itself_gets_events_of_its_function_only() {
    let service = start([0, 0]).await;
    let next = async |path: &str| {
        let url = format!("{}{path}/2018-06-01/runtime/invocation/next", service.runtime_api);
        let environment = client();
        let invocation = read(environment.request(Request::get(url).body(Body::empty()).unwrap()).await.unwrap()).await;
        (environment, path.to_owned(), invocation)
    };
    let answer = async |(environment, path, invocation): (_, String, Answer)| {
        let environment: hyper_util::client::legacy::Client<_, Body> = environment;
        let id = invocation.header("lambda-runtime-aws-request-id").unwrap();
        let mut statuses = Vec::new();
        // The id is unknown at the other function.
        let other = if path.is_empty() { format!("/functions/{INFERENCE}") } else { String::new() };
        for path in [other, path] {
            let url = format!("{}{path}/2018-06-01/runtime/invocation/{id}/response", service.runtime_api);
            let request = Request::post(url).body(Body::from(invocation.body.clone())).unwrap();
            statuses.push(environment.request(request).await.unwrap().status().as_u16());
        }
        assert_eq!(statuses, [400, 202]);
    };
    let inference = format!("/functions/{INFERENCE}");
    let (writer_event, inference_event) = (json!("for the writer"), json!("for the inference"));
    let (written, inferred, ()) = tokio::join!(
        // The events wait before the environments ask, the wrong one first for each.
        invoke(&service, INFERENCE, &inference_event),
        invoke(&service, "MessageWall", &writer_event),
        async {
            service.until(|status| status["functions"][1]["waiting"] == 1 && status["waiting"] == 1).await;
            let (writer, inference) = tokio::join!(next(""), next(&inference));
            let arn = inference.2.header("lambda-runtime-invoked-function-arn").unwrap();
            assert!(arn.ends_with(":function:MessageWallInference"), "{arn}");
            tokio::join!(answer(writer), answer(inference));
        },
    );
    assert_eq!((written.json(), inferred.json()), (inference_event, writer_event));
}

#[tokio::test]
async fn an_environment_of_an_unknown_function_is_refused() {
    let service = start([0, 0]).await;
    let url = format!("{}/functions/Nobody/2018-06-01/runtime/invocation/next", service.runtime_api);
    let answer = within(service.send(Request::get(url).body(Body::empty()).unwrap())).await;
    assert_eq!((answer.status.as_u16(), answer.json()["errorType"].clone()), (404, json!("ResourceNotFound")));
}

#[tokio::test]
async fn a_picture_reaches_the_inference_byte_for_byte() {
    let service = start([0, 1]).await;
    let picture: Vec<u8> = (0..=255).cycle().take(3 * 1024 * 1024 + 1).collect();
    for path in ["/default/inference", "/inference"] {
        let request = Request::post(format!("{}{path}?top=3", service.api)).header("content-type", "image/jpeg");
        let answer = within(service.send(request.body(picture.clone().into()).unwrap())).await;
        let event = answer.json();
        assert_eq!((answer.status.as_u16(), &event["isBase64Encoded"]), (200, &json!(true)));
        assert!(BASE64_STANDARD.decode(event["body"].as_str().unwrap()).unwrap() == picture, "{path}");
        assert_eq!(event["queryStringParameters"], json!({ "top": "3" }));
    }
}

#[tokio::test]
async fn the_api_has_get_and_post_of_the_inference_and_nothing_else() {
    let service = start([0, 1]).await;
    for (method, path, stage) in [("GET", "/default/inference", "default"), ("POST", "/inference", "$default")] {
        let request =
            Request::builder().method(method).uri(format!("{}{path}?url=https%3A%2F%2Fa%2Fb.jpg", service.api));
        let event = within(service.send(request.body(Body::empty()).unwrap())).await.json();
        assert_eq!(
            (&event["version"], &event["routeKey"], &event["rawPath"]),
            (&json!("2.0"), &json!(format!("{method} /inference")), &json!(path))
        );
        assert_eq!(event["requestContext"]["stage"], stage);
        assert_eq!(event["queryStringParameters"]["url"], "https://a/b.jpg");
    }
    for (method, path) in [("PUT", "/inference"), ("DELETE", "/default/inference"), ("GET", "/default/inference/more")]
    {
        let request = Request::builder().method(method).uri(format!("{}{path}", service.api));
        let answer = service.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(
            (answer.status.as_u16(), answer.json()),
            (404, json!({ "message": "Not Found" })),
            "{method} {path}"
        );
    }
}
