//! Answers to clients when the function fails, or is no writer.

use reqwest::Method;
use serde_json::{Value, json};

use crate::function::{Answer, Function, Posting};
use crate::wall::Wall;

/// Makes the function return these answers. Returns status, name and message of the client's error, and true if the client
/// may retry.
async fn error_of(reader: &Posting, answers: impl IntoIterator<Item = Answer>) -> (u16, String, String, bool) {
    reader.function.answers(answers);
    let answer = reader.post("text/plain", "x").send().await.unwrap();
    let (status, retry) = (answer.status().as_u16(), answer.headers().contains_key("retry-after"));
    let body: Value = answer.json().await.unwrap();
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    (status, text("error"), text("message"), retry)
}

#[tokio::test]
async fn a_volume_problem_keeps_its_name_and_may_be_retried_only_if_nothing_was_written() {
    let wall = Wall::empty();
    let reader = Posting::start(&wall).await;
    for (name, status, retry) in [
        ("wall_busy", 503, true),
        ("volume_full", 507, false),
        ("volume_read_only", 503, true),
        ("volume_forbidden", 503, true),
        ("volume_missing", 503, true),
        ("volume_foreign", 503, true),
        ("volume_silent", 503, false),
        ("volume_error", 503, false),
        ("volume_stale", 503, false),
    ] {
        let expected = (status, name.to_owned(), format!("told by {name}"), retry);
        assert_eq!(error_of(&reader, [Answer::Error(name)]).await, expected);
        reader.command();
    }
}

#[tokio::test]
async fn a_function_that_crashed_or_ran_out_of_time_may_have_written() {
    let wall = Wall::empty();
    let reader = Posting::start(&wall).await;
    for kind in ["Runtime.ExitError", "Sandbox.Timedout", "mystery"] {
        let (status, error, message, retry) = error_of(&reader, [Answer::Error(kind)]).await;
        assert_eq!((status, error.as_str(), retry), (503, "writer_failed", false), "{kind}");
        assert!(message.contains("may or may not"), "{message}");
    }
}

#[tokio::test]
async fn a_refusal_of_the_function_is_passed_on() {
    let wall = Wall::empty();
    let reader = Posting::start(&wall).await;
    for (name, status) in [("event_reused", 409), ("message_unknown", 404), ("message_blocked", 422)] {
        let refusal = json!({ "error": name, "message": "as it said", "status": status });
        let expected = (status, name.to_owned(), "as it said".to_owned(), false);
        assert_eq!(error_of(&reader, [Answer::Of(refusal)]).await, expected);
    }
}

#[tokio::test]
async fn the_field_of_a_refusal_is_passed_on_and_is_null_if_the_function_names_none() {
    let wall = Wall::empty();
    let reader = Posting::start(&wall).await;
    let refusal = json!({ "error": "author_invalid", "message": "author: is too long", "status": 400 });
    let mut with_field = refusal.clone();
    with_field["field"] = json!("author");
    for (refusal, field, marked) in [(refusal, json!(null), 0), (with_field, json!("author"), 1)] {
        reader.function.answers([Answer::Of(refusal.clone()), Answer::Of(refusal)]);
        let answer: Value = reader.post("text/plain", "x").send().await.unwrap().json().await.unwrap();
        assert_eq!(answer, json!({ "error": "author_invalid", "message": "author: is too long", "field": field }));
        let form = reader.post("application/x-www-form-urlencoded", "text=x").header("Accept", "text/html");
        let page = form.send().await.unwrap().text().await.unwrap();
        assert!(page.contains("<strong>Not posted:</strong> author: is too long</p>"), "{page}");
        assert_eq!(page.matches(r#"aria-invalid="true""#).count(), marked);
    }
}

#[tokio::test]
async fn an_answer_that_no_writer_gives_is_never_a_success() {
    let wall = Wall::empty();
    let reader = Posting::start(&wall).await;
    for nonsense in [
        json!({}),
        json!(null),
        json!("posted"),
        json!({ "statusCode": 200, "body": "Hello from Lambda!" }),
        json!({ "message": "Hello" }),
        json!({ "message": { "text": "x" } }),
        json!({ "message": { "id": 7 } }),
        json!({ "cleared": true }),
        json!({ "error": "message_empty" }),
        json!({ "error": "message_empty", "message": "m", "status": 200 }),
    ] {
        let (status, error, message, retry) = error_of(&reader, [Answer::Of(nonsense.clone())]).await;
        assert_eq!((status, error.as_str(), retry), (502, "writer_nonsense", false), "{nonsense}");
        assert!(message.contains("WRITER_FUNCTION"), "{message}");
    }
    for (method, path) in [
        (Method::DELETE, "/api/messages"),
        (Method::DELETE, "/api/messages/01M"),
        (Method::POST, "/api/config/rollback"),
    ] {
        for nonsense in [json!({}), json!({ "cleared": false, "removed": "02M", "generation": "2" })] {
            reader.function.answers([Answer::Of(nonsense)]);
            let request = reader.admin(method.clone(), path).json(&json!({ "generation": 1 }));
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status(), 502);
            assert_eq!(answer.json::<Value>().await.unwrap()["error"], "writer_nonsense");
        }
    }
}

#[tokio::test]
async fn a_refusal_of_lambda_is_reported_with_its_code() {
    let wall = Wall::empty();
    let reader = Posting::start(&wall).await;
    for (status, code) in [(403, "AccessDeniedException"), (404, "ResourceNotFoundException")] {
        let (status, error, message, retry) = error_of(&reader, [Answer::Refusal(status, code)]).await;
        assert_eq!((status, error.as_str(), retry), (502, "writer_refused", false));
        assert!(message.contains(code) && message.contains("told by"), "{message}");
        reader.command();
    }
    let throttled = Answer::Refusal(429, "TooManyRequestsException");
    let (status, error, _, retry) = error_of(&reader, [throttled.clone(), throttled]).await;
    assert_eq!((status, error.as_str(), retry), (503, "writer_busy", true));
    let broken = Answer::Refusal(500, "ServiceException");
    let (status, error, _, retry) = error_of(&reader, [broken.clone(), broken]).await;
    assert_eq!((status, error.as_str(), retry), (503, "writer_failed", false));
}

#[tokio::test]
async fn a_failed_connection_may_be_retried_and_a_broken_one_may_not() {
    let wall = Wall::empty();
    let unused = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for nowhere in [format!("http://{unused}"), "http://nowhere.invalid".to_owned()] {
        let reader = Posting::start_with(&wall, Function::default(), &nowhere).await;
        let (status, error, message, retry) = error_of(&reader, []).await;
        assert_eq!((status, error.as_str(), retry), (503, "writer_unavailable", true), "{nowhere}: {message}");
    }
    let reader = Posting::start(&wall).await;
    let (status, error, _, retry) = error_of(&reader, [Answer::Cut, Answer::Cut]).await;
    assert_eq!((status, error.as_str(), retry), (503, "writer_unavailable", false));
    let asked = reader.function.asked();
    assert_eq!((asked.len(), &asked[0]), (2, &asked[1]), "the second try has the key of the first");

    let (_, error, _, retry) = error_of(&reader, [Answer::Cut, Answer::Error("wall_busy")]).await;
    assert_eq!((error.as_str(), retry), ("wall_busy", false), "the first try may have been written");
}

#[tokio::test]
async fn a_message_that_the_reader_sent_twice_is_new_to_the_client() {
    let wall = Wall::empty();
    let reader = Posting::start(&wall).await;
    reader.function.answers([Answer::Cut, crate::function::posted("01A", true)]);
    let answer = reader.post("text/plain", "x").send().await.unwrap();
    assert_eq!(answer.status(), 201);
    assert_eq!(answer.json::<Value>().await.unwrap()["repeated"], json!(false));
}
