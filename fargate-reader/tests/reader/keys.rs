//! Keys of requests: `Idempotency-Key`, `event`, and the key of the form.

use reqwest::Method;
use serde_json::{Value, json};
use shared_volume::config::{Cause, Config};
use wall_api::Configured;

use crate::function::{Answer, Posting, posted};
use crate::wall::Wall;

#[tokio::test]
async fn the_key_of_a_request_is_the_event_of_the_command() {
    let wall = Wall::empty();
    let reader = Posting::start(&wall).await;
    let json = |event: &str| reader.post("application/json", json!({ "text": "x", "event": event }).to_string());
    for request in [
        reader.post("text/plain", "x").header("Idempotency-Key", "key-1"),
        json("key-1"),
        json("key-1").header("Idempotency-Key", "key-1"),
        reader.post("application/x-www-form-urlencoded", "text=x&event=key-1"),
    ] {
        assert_eq!(request.send().await.unwrap().status(), 201);
        assert_eq!(reader.command(), json!({ "command": "post", "text": "x", "event": "key-1", "source": "page" }));
    }
    reader.post("text/plain", "x").send().await.unwrap();
    reader.post("text/plain", "x").send().await.unwrap();
    let made_up = reader.function.asked();
    assert_ne!(made_up[0]["event"], made_up[1]["event"], "another request is another event");
}

#[tokio::test]
async fn an_invalid_key_is_refused_and_named() {
    let wall = Wall::empty();
    let reader = Posting::start(&wall).await;
    let with_key = |key: &[u8]| {
        let key = reqwest::header::HeaderValue::from_bytes(key).unwrap();
        reader.post("text/plain", "x").header("Idempotency-Key", key)
    };
    let with_event = |event: &str| reader.post("application/json", json!({ "text": "x", "event": event }).to_string());
    for (request, names) in [
        (with_key(b""), "Idempotency-Key"),
        (with_key(b"two words"), "Idempotency-Key"),
        (with_key("schlüssel".as_bytes()), "Idempotency-Key"),
        (with_key(&[b'x'; 257]), "Idempotency-Key"),
        (with_key(b"one").header("Idempotency-Key", "two"), "Idempotency-Key"),
        (with_event("another").header("Idempotency-Key", "one"), "Idempotency-Key"),
        (with_event(""), "event"),
        (with_event("a\nb"), "event"),
        (reader.admin(Method::DELETE, "/api/messages").header("Idempotency-Key", "a b"), "Idempotency-Key"),
    ] {
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 400, "{names}");
        let refusal: Value = answer.json().await.unwrap();
        assert_eq!(refusal["error"], "event_id_invalid");
        assert!(refusal["message"].as_str().unwrap().starts_with(names), "{refusal}");
        assert_eq!(refusal["field"], json!(names));
    }
    assert!(reader.function.asked().is_empty());
    assert_eq!(with_key(&[b'x'; 256]).send().await.unwrap().status(), 201);
}

#[tokio::test]
async fn the_answer_to_a_repeated_message_is_marked_as_repeated() {
    let wall = Wall::empty();
    let reader = Posting::start(&wall).await;
    reader.function.answers([posted("01A", false), posted("01A", true)]);
    let post = || reader.post("text/plain", "x").header("Idempotency-Key", "key").send();
    let (first, second) = (post().await.unwrap(), post().await.unwrap());
    assert_eq!((first.status().as_u16(), second.status().as_u16()), (201, 200));
    assert!(first.headers().get("x-messagewall-repeated").is_none());
    assert_eq!(second.headers()["x-messagewall-repeated"], "true");
    let (first, second): (Value, Value) = (first.json().await.unwrap(), second.json().await.unwrap());
    assert_eq!((&first["repeated"], &second["repeated"]), (&json!(false), &json!(true)));
    assert_eq!((&first["id"], &first["text"]), (&json!("01A"), &json!("as it is there")));
    assert_eq!(first["id"], second["id"]);
}

/// Returns the answer of the function to a change of the configuration.
fn configured(generation: u64) -> Value {
    let (cause, config) = (Cause::default(), Config::default());
    let published_at = Some("2026-01-02T03:04:05.678Z".parse().unwrap());
    serde_json::to_value(Configured { generation, published_at, cause, config, repeated: false, unchanged: None })
        .unwrap()
}

#[tokio::test]
async fn requests_of_the_administrator_have_a_key_too() {
    let wall = Wall::empty();
    let reader = Posting::start(&wall).await;
    let cases = [
        (
            reader.admin(Method::DELETE, "/api/messages"),
            json!({ "cleared": true, "wall": "01W", "repeated": false }),
            json!({ "command": "clear" }),
        ),
        (
            reader.admin(Method::DELETE, "/api/messages/01M"),
            json!({ "removed": "01M", "repeated": false }),
            json!({ "command": "remove", "id": "01M" }),
        ),
        (
            reader.admin(Method::POST, "/api/config/rollback").json(&json!({ "generation": 3 })),
            configured(7),
            json!({ "command": "rollback_config", "generation": 3 }),
        ),
    ];
    for (request, answer, mut command) in cases {
        reader.function.answers([Answer::Of(answer.clone())]);
        let response = request.header("Idempotency-Key", "key").send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.json::<Value>().await.unwrap(), answer);
        (command["event"], command["source"]) = (json!("key"), json!("page"));
        assert_eq!(reader.command(), command);
    }
}

/// Returns the key in the form of a page.
fn key_in(page: &str) -> String {
    let (_, rest) = page.split_once(r#"name="event" value=""#).expect("the form has a key");
    rest.split_once('"').unwrap().0.to_owned()
}

async fn submit(reader: &Posting, key: &str) -> reqwest::Response {
    let form = format!("text=typed&author=&event={key}");
    reader.post("application/x-www-form-urlencoded", form).header("Accept", "text/html").send().await.unwrap()
}

#[tokio::test]
async fn the_form_of_each_page_posts_once_if_it_is_sent_repeatedly() {
    let wall = Wall::empty();
    let reader = Posting::start(&wall).await;
    let page = async || reader.get("/").send().await.unwrap().text().await.unwrap();
    let (one, another) = (key_in(&page().await), key_in(&page().await));
    assert_ne!(one, another);
    for repeated in [false, true] {
        // The message is on the wall already, so the form does not wait for it.
        let id = wall.append(&["typed"])[0].id.to_string();
        reader.function.answers([posted(&id, repeated)]);
        assert_eq!(submit(&reader, &one).await.status(), 303);
        assert_eq!(reader.command()["event"], json!(one));
    }
}

#[tokio::test]
async fn a_form_keeps_its_key_only_while_the_same_message_may_be_sent_again() {
    let wall = Wall::empty();
    let reader = Posting::start(&wall).await;
    let refusal = |name: &str, status: u16| Answer::Of(json!({ "error": name, "message": "no", "status": status }));
    for (answer, kept) in [
        (Answer::Error("wall_busy"), true),
        (Answer::Error("volume_silent"), true),
        (Answer::Error("Runtime.ExitError"), true),
        (refusal("message_too_long", 413), false),
        (refusal("event_reused", 409), false),
    ] {
        reader.function.answers([answer.clone()]);
        let back = submit(&reader, "key").await.text().await.unwrap();
        assert!(back.contains(">\ntyped</textarea>"), "the text that was typed is there");
        assert_eq!(key_in(&back) == "key", kept, "{answer:?}");
    }
}
