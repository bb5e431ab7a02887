//! Requests that only an administrator may make.

use reqwest::Method;
use serde_json::{Value, json};

use crate::function::Posting;
use crate::wall::{Reader, Wall};

/// Sends a request that needs an administrator, and returns the status and the name of the error.
async fn ask(reader: &Reader, method: Method, path: &str, token: Option<&str>) -> (u16, String) {
    let body = if path == "/api/config" { json!({ "patch": {} }) } else { json!({ "generation": 1 }) };
    let mut request = reader.client.request(method, reader.url(path)).json(&body);
    if let Some(token) = token {
        request = request.header("Authorization", token);
    }
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    (status, answer.json::<Value>().await.unwrap()["error"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn only_the_administrator_may_remove_clear_and_configure() {
    let wall = Wall::empty();
    let reader = Reader::start_with_admin(&wall, "secret").await;
    for (method, path) in [
        (Method::DELETE, "/api/messages"),
        (Method::DELETE, "/api/messages/01JD0000000000000000000000"),
        (Method::POST, "/api/config"),
        (Method::POST, "/api/config/rollback"),
    ] {
        let ask = |token| ask(&reader, method.clone(), path, token);
        assert_eq!(ask(None).await, (401, "admin_required".to_owned()));
        assert_eq!(ask(Some("Basic secret")).await, (401, "admin_required".to_owned()));
        assert_eq!(ask(Some("Bearer wrong")).await, (403, "admin_forbidden".to_owned()));
        // The administrator's request reaches the function, which this reader does not have.
        assert_eq!(ask(Some("Bearer secret")).await, (503, "posting_unavailable".to_owned()));
    }
}

#[tokio::test]
async fn without_a_token_there_is_no_administrator() {
    let wall = Wall::empty();
    let reader = wall.reader().await;
    let answer = ask(&reader, Method::DELETE, "/api/messages", Some("Bearer ")).await;
    assert_eq!(answer, (403, "admin_disabled".to_owned()));
}

#[tokio::test]
async fn the_page_has_the_administrator_s_buttons_only_if_there_can_be_one() {
    let wall = Wall::empty();
    let with = Posting::start(&wall).await.get("/").send().await.unwrap().text().await.unwrap();
    let without = wall.reader().await.get("/").await.text().await.unwrap();
    for part in [r#"id="session""#, "/assets/admin.js?v="] {
        assert_eq!((with.matches(part).count(), without.matches(part).count()), (1, 0), "{part}");
    }
}
