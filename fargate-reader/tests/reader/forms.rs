//! `POST /api/messages` with a form's content type.

use serde_json::{Value, json};

use crate::function::Posting;
use crate::wall::Wall;

const FORM: &str = "application/x-www-form-urlencoded";

/// Expects a body with a form's content type to be a message of this text and author.
async fn check_posted(reader: &Posting, body: &str, text: &str, author: Option<&str>) {
    let answer = reader.post(FORM, body.to_owned()).send().await.unwrap();
    assert_eq!(answer.status(), 201, "{body:?}");
    let command = reader.command();
    let posted = (command["text"].as_str().unwrap(), command["author"].as_str());
    assert_eq!(posted, (text, author), "{body:?}");
}

/// Expects a body with a form's content type to be refused with this name and this place.
async fn check_refused(reader: &Posting, body: impl Into<reqwest::Body>, error: &str, names: &str) {
    let answer = reader.post(FORM, body).send().await.unwrap();
    assert_eq!(answer.status(), 400, "{error}");
    let refusal: Value = answer.json().await.unwrap();
    assert_eq!(refusal["error"], json!(error));
    assert!(refusal["message"].as_str().unwrap().contains(names), "{refusal}");
    assert!(reader.function.asked().is_empty());
}

#[tokio::test]
async fn a_form_with_a_text_is_read_as_the_url_standard_describes() {
    let wall = Wall::empty();
    let reader = Posting::start(&wall).await;
    check_posted(&reader, "text=see+issue+#42&author=bob", "see issue #42", Some("bob")).await;
    check_posted(&reader, "author=+&text=a%0D%0Ab%0Ac%26&colour=red", "a\nb\nc&", None).await;
    check_posted(&reader, "text=100%&x=%FF", "100%", None).await;
    check_posted(&reader, "text=%EF%BF%BD?", "\u{fffd}?", None).await;
    let long = "x".repeat(100_000);
    check_posted(&reader, &format!("text={long}"), &long, None).await;
}

#[tokio::test]
async fn a_body_that_curl_sends_as_a_form_by_default_is_the_text_itself() {
    let wall = Wall::empty();
    let reader = Posting::start(&wall).await;
    for text in ["Hello", "Hello + %41 & more = 1?", "author=bob", "a\r\nb", "text", "b&text&a=1"] {
        check_posted(&reader, text, text, None).await;
    }
}

#[tokio::test]
async fn an_invalid_field_is_named() {
    let wall = Wall::empty();
    let reader = Posting::start(&wall).await;
    check_refused(&reader, "text=a&text=b", "body_malformed", "text: was sent more than once").await;
    check_refused(&reader, "text=a&author=b&author=b", "body_malformed", "author: was sent more than once").await;
    check_refused(&reader, "text=a%FF", "body_not_utf8", "text: is not UTF-8").await;
    check_refused(&reader, "text=a&author=%EF%BF%BD%C3", "body_not_utf8", "author: is not UTF-8").await;
    check_refused(&reader, vec![b'a', 0xff], "body_not_utf8", "index 1").await;
}

#[tokio::test]
async fn json_that_is_no_object_is_refused() {
    let wall = Wall::empty();
    let reader = Posting::start(&wall).await;
    for body in [r#"["a"]"#, r#"["a", null, "e-1"]"#, " [\"a\"]", "null", "\"a\"", "7"] {
        let answer = reader.post("application/json", body).send().await.unwrap();
        assert_eq!(answer.status(), 400, "{body}");
        assert_eq!(answer.json::<Value>().await.unwrap()["error"], "body_malformed");
    }
    for path in ["/api/config", "/api/config/rollback"] {
        let request = reader.admin(reqwest::Method::POST, path).header("Content-Type", "application/json");
        assert_eq!(request.body("[1]").send().await.unwrap().status(), 400, "{path}");
    }
    assert!(reader.function.asked().is_empty());
}

#[tokio::test]
async fn json_may_begin_with_a_byte_order_mark_and_utf16_is_named() {
    let wall = Wall::empty();
    let reader = Posting::start(&wall).await;
    let json = "\u{feff}{\"text\":\"from Notepad\"}";
    assert_eq!(reader.post("application/json", json).send().await.unwrap().status(), 201);
    assert_eq!(reader.command()["text"], "from Notepad");

    let utf16 = |mark: &str| {
        let text = format!("{mark}{{\"text\":\"x\"}}");
        text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>()
    };
    for (content_type, body) in
        [("application/json", utf16("\u{feff}")), ("application/json", utf16("")), ("text/plain", utf16("\u{feff}"))]
    {
        let answer = reader.post(content_type, body).send().await.unwrap();
        assert_eq!(answer.status(), 400);
        let refusal: Value = answer.json().await.unwrap();
        assert_eq!(refusal["error"], "body_not_utf8");
        assert!(refusal["message"].as_str().unwrap().contains("UTF-16"), "{refusal}");
    }
}
