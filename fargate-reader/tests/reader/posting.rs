//! `POST /api/messages`, without a function.

use reqwest::Response;
use serde_json::{Value, json};

use crate::wall::{Reader, Wall};

async fn post(reader: &Reader, content_type: &str, body: impl Into<reqwest::Body>) -> Response {
    let request = reader.client.post(reader.url("/api/messages")).header("Content-Type", content_type);
    request.body(body).send().await.unwrap()
}

/// Expects a body to be refused with this name and these words.
async fn check_refused(content_type: &str, body: impl Into<reqwest::Body>, status: u16, error: &str, says: &str) {
    let wall = Wall::empty();
    let reader = wall.reader().await;
    let answer = post(&reader, content_type, body).await;
    assert_eq!(answer.status(), status, "{error}");
    let refusal: Value = answer.json().await.unwrap();
    assert_eq!(refusal["error"], json!(error));
    assert!(refusal["message"].as_str().unwrap().contains(says), "{refusal}");
    assert!(!wall.dir().content().exists());
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused_and_the_client_reads_why() {
    check_refused("text/plain", vec![b'a'; 300_000], 413, "body_too_large", "262144").await;
    check_refused("application/json", vec![b'a'; 10_000_000], 413, "body_too_large", "262144").await;
}

#[tokio::test]
async fn an_unsupported_content_type_is_refused() {
    check_refused("image/png", "x", 415, "content_type_unsupported", "image/png").await;
    check_refused("text/plain; charset=latin1", "x", 415, "content_type_unsupported", "UTF-8").await;
    check_refused("multipart/form-data; boundary=x", "x", 415, "content_type_unsupported", "multipart").await;
}

#[tokio::test]
async fn text_that_is_not_utf8_is_refused() {
    check_refused("text/plain", vec![b'a', 0xff], 400, "body_not_utf8", "index 1").await;
    check_refused("application/json", vec![0xff], 400, "body_not_utf8", "UTF-8").await;
}

#[tokio::test]
async fn json_that_is_malformed_or_has_unknown_fields_is_refused_with_the_place() {
    check_refused("application/json", "{\"text\":", 400, "body_malformed", "line 1").await;
    check_refused("application/json", r#"{"text":"x","colour":1}"#, 400, "body_malformed", "colour").await;
    check_refused("application/json", r#"{"text":1}"#, 400, "body_malformed", "line 1").await;
    check_refused("application/json", r#"{"author":"x"}"#, 400, "body_malformed", "text").await;
}

#[tokio::test]
async fn a_reader_without_a_function_reports_that_it_only_reads() {
    let wall = Wall::empty();
    let reader = wall.reader().await;
    let answer = post(&reader, "text/plain", "Hello").await;
    assert_eq!(answer.status(), 503);
    assert_eq!(answer.json::<Value>().await.unwrap()["error"], json!("posting_unavailable"));
    assert_eq!(reader.json("/api/status").await["posting"], json!("unavailable"));
}

#[tokio::test]
async fn a_form_that_is_refused_comes_back_with_its_text() {
    let wall = Wall::empty();
    let reader = wall.reader().await;
    let request = reader.client.post(reader.url("/api/messages")).header("Accept", "text/html,*/*;q=0.8");
    let answer = request.form(&[("text", "typed <with> care"), ("author", "ann")]).send().await.unwrap();
    assert_eq!(answer.status(), 503);
    assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("text/html"));
}

#[tokio::test]
async fn a_request_that_another_site_made_is_refused() {
    let wall = Wall::empty();
    let reader = wall.reader().await;
    let request = reader.client.post(reader.url("/api/messages")).header("Sec-Fetch-Site", "cross-site");
    let answer = request.form(&[("text", "spam")]).send().await.unwrap();
    assert_eq!(answer.status(), 403);
    assert_eq!(answer.json::<Value>().await.unwrap()["error"], json!("cross_site"));
    let same = reader.client.post(reader.url("/api/messages")).header("Sec-Fetch-Site", "same-origin");
    assert_eq!(same.form(&[("text", "mine")]).send().await.unwrap().status(), 503);
}

#[tokio::test]
async fn an_error_is_one_line_for_clients_that_accept_text() {
    let wall = Wall::empty();
    let reader = wall.reader().await;
    let request = reader.client.post(reader.url("/api/messages")).header("Accept", "text/plain");
    let answer = request.header("Content-Type", "text/plain").body("Hello").send().await.unwrap();
    assert_eq!(answer.status(), 503);
    assert_eq!(answer.headers()["content-type"], "text/plain; charset=utf-8");
    let text = answer.text().await.unwrap();
    assert!(text.ends_with('\n') && text.lines().count() == 1 && !text.starts_with('{'), "{text:?}");
}
