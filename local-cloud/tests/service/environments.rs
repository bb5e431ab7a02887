use std::time::Duration;

use futures_util::future::join_all;
use local_cloud::lambda::Settings;
use serde_json::json;

use crate::harness::{order, start, start_with, within};

#[tokio::test]
async fn an_environment_that_is_killed_answers_its_caller_with_an_error_and_is_replaced() {
    let service = start(1).await;
    let before = service.status().await["environments"][0]["pid"].clone();
    let answer = within(service.invoke(order("die"))).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.error_type(), "Runtime.ExitError");
    assert_eq!(service.invoke(order("echo")).await.json(), order("echo"));
    let status = service.status().await;
    assert_ne!(status["environments"][0]["pid"], before);
    assert_eq!((&status["crashes"], &status["errors"]), (&json!(1), &json!(1)), "{status}");
}

#[tokio::test]
async fn an_invocation_that_takes_too_long_is_answered_and_its_environment_replaced() {
    let settings = Settings { timeout: Duration::from_secs(1), ..Settings::default() };
    let service = start_with(1, settings).await;
    let before = service.status().await["environments"][0]["pid"].clone();
    let answer = within(service.invoke(order("hang"))).await;
    assert_eq!(answer.error_type(), "Sandbox.Timedout");
    let message = answer.json()["errorMessage"].as_str().unwrap().to_owned();
    assert!(message.ends_with("Task timed out after 1.00 seconds"), "{message}");
    assert_eq!(service.invoke(order("echo")).await.json(), order("echo"));
    let status = service.status().await;
    assert_ne!(status["environments"][0]["pid"], before);
    assert_eq!(status["timeouts"], 1, "{status}");
}

#[tokio::test]
async fn many_clients_of_few_environments_all_get_their_own_answers() {
    let service = start(4).await;
    let clients = (0..32).map(|client| {
        let service = &service;
        async move {
            for call in 0..20 {
                let event = json!({ "client": client, "call": call });
                assert_eq!(service.invoke(event.clone()).await.json(), event);
            }
        }
    });
    within(join_all(clients)).await;
    let status = service.status().await;
    assert_eq!((&status["invocations"], &status["throttles"]), (&json!(640), &json!(0)), "{status}");
    assert_eq!(status["environments"].as_array().unwrap().len(), 4, "each kept its connection: {status}");
}

#[tokio::test]
async fn callers_beyond_the_queue_are_throttled() {
    let service = start_with(1, Settings { queue: 1, ..Settings::default() }).await;
    let sleep = json!({ "do": "sleep", "ms": 500 });
    let (first, second, third) = tokio::join!(
        service.invoke(sleep.clone()),
        async {
            service.until(|status| status["in_flight"] == 1).await;
            service.invoke(sleep.clone()).await
        },
        async {
            service.until(|status| status["in_flight"] == 1 && status["waiting"] == 1).await;
            (service.invoke(order("echo")).await, service.call(order("echo")).await)
        },
    );
    assert!(first.json().is_string() && second.json().is_string());
    let (direct, http) = third;
    assert_eq!(direct.status, 429);
    assert_eq!(direct.header("x-amzn-errortype"), Some("TooManyRequestsException"));
    assert_eq!(direct.json()["Reason"], "ConcurrentInvocationLimitExceeded");
    assert_eq!((http.status.as_u16(), http.json()), (503, json!({ "message": "Service Unavailable" })));
}

#[tokio::test]
async fn without_environments_a_caller_waits_no_longer_than_the_timeout() {
    let service = start_with(0, Settings { timeout: Duration::from_millis(100), ..Settings::default() }).await;
    assert_eq!(within(service.invoke(order("echo"))).await.status, 429);
    assert_eq!(service.status().await["waiting"], 0);
}

#[tokio::test]
async fn a_caller_that_hangs_up_while_it_waits_is_forgotten() {
    let service = start_with(0, Settings::default()).await;
    tokio::select! {
        _ = service.invoke(order("echo")) => panic!("nobody can have answered"),
        _ = service.until(|status| status["waiting"] == 1) => {}
    }
    service.until(|status| status["waiting"] == 0).await;
}
