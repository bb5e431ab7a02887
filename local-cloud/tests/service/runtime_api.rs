//! Environments that attach themselves, as containers do. Here they are HTTP clients.

use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use local_cloud::lambda::Settings;
use serde_json::json;

use crate::harness::{Answer, Service, client, order, read, start, start_with, within};

type Connection = hyper_util::client::legacy::Client<hyper_util::client::legacy::connect::HttpConnector, Body>;

async fn next(service: &Service, environment: &Connection) -> Answer {
    let url = format!("{}/2018-06-01/runtime/invocation/next", service.runtime_api);
    read(environment.request(Request::get(url).body(Body::empty()).unwrap()).await.unwrap()).await
}

async fn answer(service: &Service, environment: &Connection, invocation: &Answer, body: String) -> Answer {
    let id = invocation.header("lambda-runtime-aws-request-id").unwrap();
    let url = format!("{}/2018-06-01/runtime/invocation/{id}/response", service.runtime_api);
    read(environment.request(Request::post(url).body(body.into()).unwrap()).await.unwrap()).await
}

#[tokio::test]
async fn an_environment_that_attaches_itself_gets_work_and_its_answer_reaches_the_caller() {
    let service = start(0).await;
    let environment = client();
    let (called, accepted) = tokio::join!(service.invoke(order("x")), async {
        let invocation = next(&service, &environment).await;
        assert_eq!(invocation.json(), order("x"));
        let arn = invocation.header("lambda-runtime-invoked-function-arn").unwrap();
        assert!(arn.ends_with(":function:MessageWall"), "{arn}");
        assert!(invocation.header("lambda-runtime-deadline-ms").unwrap().parse::<u64>().is_ok());
        assert!(invocation.header("lambda-runtime-trace-id").unwrap().starts_with("Root=1-"));
        answer(&service, &environment, &invocation, "42".to_owned()).await
    });
    assert_eq!((accepted.status.as_u16(), called.json()), (202, json!(42)));
    assert!(service.status().await["environments"][0]["peer"].is_string());
}

#[tokio::test]
async fn an_environment_whose_connection_ends_is_gone_and_its_invocation_fails() {
    let service = start_with(0, Settings { timeout: Duration::from_secs(60), ..Settings::default() }).await;
    let (called, ()) = tokio::join!(within(service.invoke(order("x"))), async {
        let environment = client();
        next(&service, &environment).await;
        drop(environment);
    });
    assert_eq!(called.error_type(), "Runtime.ExitError");
    service.until(|status| status["environments"] == json!([])).await;
}

/// A pause in which the service would notice that an environment has ended.
const NOTICED: Duration = Duration::from_millis(200);

#[tokio::test]
async fn an_environment_that_closes_one_of_its_connections_may_answer_over_another() {
    let service = start(0).await;
    let (environment, other) = (client(), client());
    let (called, accepted) = tokio::join!(within(service.invoke(order("x"))), async {
        let invocation = next(&service, &environment).await;
        // The pool of this client now has an open connection.
        let url = format!("{}/2018-06-01/runtime/invocation/unknown/response", service.runtime_api);
        read(other.request(Request::post(url).body(Body::empty()).unwrap()).await.unwrap()).await;
        drop(environment);
        tokio::time::sleep(NOTICED).await;
        answer(&service, &other, &invocation, "42".to_owned()).await
    });
    assert_eq!((accepted.status.as_u16(), called.json()), (202, json!(42)));
    service.until(|status| status["environments"] == json!([]) && status["crashes"] == 0).await;
}

#[tokio::test]
async fn an_announced_environment_fails_when_its_process_ends_and_not_when_its_connection_does() {
    let mut service = start(0).await;
    let _kill = service.lambda.announce("it");
    service.runtime_api.push_str("/environments/it");
    for answers in [true, false] {
        let (called, ()) = tokio::join!(within(service.invoke(order("x"))), async {
            let environment = client();
            let invocation = next(&service, &environment).await;
            drop(environment);
            tokio::time::sleep(NOTICED).await;
            if answers {
                answer(&service, &client(), &invocation, "42".to_owned()).await;
            } else {
                service.lambda.forget("it");
            }
        });
        if answers { assert_eq!(called.json(), 42) } else { assert_eq!(called.error_type(), "Runtime.ExitError") }
    }
}

#[tokio::test]
async fn an_environment_that_disconnects_while_it_waits_gets_no_work() {
    let service = start(0).await;
    tokio::select! {
        _ = async { next(&service, &client()).await } => panic!("there was no work"),
        _ = service.until(|status| status["environments"][0]["state"] == "idle") => {}
    }
    service.until(|status| status["environments"] == json!([])).await;
    let other = client();
    let (called, ()) = tokio::join!(within(service.invoke(order("x"))), async {
        let invocation = next(&service, &other).await;
        answer(&service, &other, &invocation, "1".to_owned()).await;
    });
    assert_eq!(called.json(), 1);
}

#[tokio::test]
async fn an_answer_that_comes_too_late_is_refused() {
    let service = start_with(0, Settings { timeout: Duration::from_millis(200), ..Settings::default() }).await;
    let environment = client();
    let (called, invocation) = tokio::join!(service.invoke(order("x")), next(&service, &environment));
    assert_eq!(called.error_type(), "Sandbox.Timedout");
    let late = answer(&service, &environment, &invocation, "1".to_owned()).await;
    assert_eq!((late.status.as_u16(), late.json()["errorType"].clone()), (400, json!("InvalidRequestID")));
}

#[tokio::test]
async fn an_environment_that_asks_for_work_before_its_answer_is_refused() {
    let service = start(0).await;
    let environment = client();
    let (called, ()) = tokio::join!(service.invoke(order("x")), async {
        let invocation = next(&service, &environment).await;
        let second = next(&service, &environment).await;
        assert_eq!(
            (second.status.as_u16(), second.json()["errorType"].clone()),
            (403, json!("InvalidStateTransition"))
        );
        answer(&service, &environment, &invocation, "1".to_owned()).await;
    });
    assert_eq!(called.json(), 1);
}

#[tokio::test]
async fn an_environment_that_cannot_start_fails_the_invocation_that_waits_for_it() {
    let service = start(0).await;
    let error = json!({ "errorType": "Runtime.Init", "errorMessage": "no volume" });
    let (called, accepted) = tokio::join!(within(service.invoke(order("x"))), async {
        service.until(|status| status["waiting"] == 1).await;
        let url = format!("{}/2018-06-01/runtime/init/error", service.runtime_api);
        service.send(Request::post(url).body(error.to_string().into()).unwrap()).await
    });
    assert_eq!((accepted.status.as_u16(), called.json()), (202, error));
}

#[tokio::test]
async fn an_answer_longer_than_the_limit_of_lambda_is_an_error() {
    let service = start(1).await;
    let answer = within(service.invoke(order("fill"))).await;
    assert_eq!(answer.error_type(), "Function.ResponseSizeTooLarge");
    assert_eq!(within(service.invoke(order("echo"))).await.json(), order("echo"));
}
