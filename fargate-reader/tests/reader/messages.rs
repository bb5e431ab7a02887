//! `GET /api/messages`

use serde_json::{Value, json};

use crate::wall::{Wall, texts};

#[tokio::test]
async fn pages_lead_from_the_newest_message_to_the_oldest_without_a_gap() {
    let wall = Wall::empty();
    let written: Vec<_> = (0..25).map(|n| n.to_string()).collect();
    wall.append(&written.iter().map(String::as_str).collect::<Vec<_>>());
    let reader = wall.reader().await;

    let mut found: Vec<String> = Vec::new();
    let mut path = "/api/messages?limit=10".to_owned();
    let mut pages = 0;
    loop {
        let page = reader.json(&path).await;
        found.splice(0..0, texts(&page));
        pages += 1;
        match &page["older"] {
            Value::String(older) => path = format!("/api/messages?limit=10&before={older}"),
            _ => break,
        }
    }
    assert_eq!((found, pages), (written, 3));
}

#[tokio::test]
async fn a_client_that_has_the_response_does_not_get_it_again() {
    let wall = Wall::empty();
    wall.append(&["one"]);
    let reader = wall.reader().await;
    let answer = reader.get("/api/messages").await;
    let etag = answer.headers()["etag"].clone();
    let asked = || reader.client.get(reader.url("/api/messages")).header("If-None-Match", etag.clone()).send();
    assert_eq!(asked().await.unwrap().status(), 304);
    wall.append(&["two"]);
    reader.shows(&["one", "two"]).await;
    assert_eq!(asked().await.unwrap().status(), 200);
}

#[tokio::test]
async fn a_client_gets_the_response_again_if_only_the_cursor_of_older_messages_has_changed() {
    let wall = Wall::empty();
    wall.configure(json!({ "keep_messages": 100 }));
    let written: Vec<_> = (0..130).map(|n| n.to_string()).collect();
    wall.append(&written.iter().map(String::as_str).collect::<Vec<_>>());
    let reader = wall.reader().await;
    let answer = reader.get("/api/messages").await;
    let etag = answer.headers()["etag"].clone();
    assert_eq!(answer.json::<Value>().await.unwrap()["older"], json!(null));
    wall.configure(json!({ "keep_messages": 1000 }));
    reader.eventually("/api/messages", |page| page["older"].is_string()).await;
    let again = reader.client.get(reader.url("/api/messages")).header("If-None-Match", etag).send().await.unwrap();
    assert_eq!(again.status(), 200);
}

#[tokio::test]
async fn an_invalid_parameter_is_named() {
    let wall = Wall::empty();
    wall.append(&["one"]);
    let reader = wall.reader().await;
    let before_clear = reader.json("/api/messages").await["cursor"].as_str().unwrap().to_owned();
    let old = format!("before={before_clear}");
    wall.clear();
    reader.shows(&[]).await;
    let cases = [
        ("limit=0", "parameter_invalid", "limit"),
        ("limit=10001", "parameter_invalid", "limit"),
        ("limit=ten", "parameter_invalid", "limit"),
        ("before=yesterday", "parameter_invalid", "before"),
        ("limit=1&limit=1", "parameter_invalid", "limit"),
        ("limit=%FF", "parameter_invalid", "limit"),
        ("before=%zz", "parameter_invalid", "before"),
        (&old, "cursor_unknown", "before"),
    ];
    for (query, error, named) in cases {
        let answer = reader.get(&format!("/api/messages?{query}")).await;
        assert_eq!(answer.status(), 400, "{query}");
        let refusal: Value = answer.json().await.unwrap();
        assert_eq!(refusal["error"], json!(error), "{query}");
        assert!(refusal["message"].as_str().unwrap().contains(named), "{query}: {refusal}");
        assert_eq!(refusal["field"], json!(named), "{query}");
    }
}
