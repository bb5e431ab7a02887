//! Changing the configuration: the commands that the function gets, and the forms of the page.

use reqwest::Method;
use serde_json::{Value, json};
use shared_volume::config::{Cause, Config};
use wall_api::Configured;

use crate::function::{Answer, Posting};
use crate::wall::Wall;

/// Returns the answer of the function to a change of the configuration.
fn configured(generation: u64) -> Answer {
    let (cause, config) = (Cause::default(), Config::default());
    let published_at = Some("2026-01-02T03:04:05.678Z".parse().unwrap());
    let configured = Configured { generation, published_at, cause, config, repeated: false, unchanged: None };
    Answer::Of(serde_json::to_value(configured).unwrap())
}

fn conflict() -> Answer {
    let message = "expected_generation: 1 was expected, 2 is in force";
    let field = "expected_generation";
    Answer::Of(json!({ "error": "generation_conflict", "message": message, "field": field, "status": 409 }))
}

#[tokio::test]
async fn a_change_and_a_rollback_carry_the_generation_the_note_and_the_key() {
    let wall = Wall::empty();
    let reader = Posting::start(&wall).await;
    let cases = [
        ("/api/config", json!({ "patch": { "title": "x" } }), "change_config"),
        ("/api/config", json!({ "config": { "title": "x" } }), "publish_config"),
        ("/api/config/rollback", json!({ "generation": 0 }), "rollback_config"),
    ];
    for (path, mut body, command) in cases {
        reader.function.answers([configured(7)]);
        (body["expected_generation"], body["note"], body["event"]) = (json!(6), json!("why"), json!("key"));
        let answer = reader.admin(Method::POST, path).json(&body).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{command}");
        assert_eq!(answer.json::<Value>().await.unwrap()["generation"], json!(7));
        (body["command"], body["source"]) = (json!(command), json!("page"));
        assert_eq!(reader.command(), body);
    }
}

#[tokio::test]
async fn a_body_without_one_change_is_refused_and_named() {
    let wall = Wall::empty();
    let reader = Posting::start(&wall).await;
    for (body, named) in [
        (json!({}), "patch"),
        (json!({ "patch": {}, "config": {} }), "config"),
        (json!({ "patch": {}, "else": 1 }), "else"),
        (json!({ "patch": {}, "expected_generation": -1 }), "-1"),
        (json!({ "patch": {}, "event": "a b" }), "event"),
        (json!([]), "struct Change"),
    ] {
        let answer = reader.admin(Method::POST, "/api/config").json(&body).send().await.unwrap();
        assert_eq!(answer.status(), 400, "{body}");
        let answer: Value = answer.json().await.unwrap();
        assert!(answer["message"].as_str().unwrap().contains(named), "{body}: {answer}");
    }
    assert!(reader.function.asked().is_empty());
}

#[tokio::test]
async fn a_conflict_is_answered_with_the_generation_that_is_in_force() {
    let wall = Wall::empty();
    let reader = Posting::start(&wall).await;
    reader.function.answers([conflict()]);
    let body = json!({ "patch": {}, "expected_generation": 1 });
    let answer = reader.admin(Method::POST, "/api/config").json(&body).send().await.unwrap();
    assert_eq!(answer.status(), 409);
    let answer: Value = answer.json().await.unwrap();
    assert_eq!((&answer["error"], &answer["field"]), (&json!("generation_conflict"), &json!("expected_generation")));
    assert!(answer["message"].as_str().unwrap().contains("2 is in force"));
}

/// Sends a form of the page, with this token if there is one.
async fn submit(reader: &Posting, token: Option<&str>, fields: &[(&str, &str)]) -> (u16, String) {
    let client = support::client_builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let mut request = client.post(format!("{}/history", reader.address)).form(fields);
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[tokio::test]
async fn the_forms_of_the_page_publish_and_roll_back_without_a_script() {
    let wall = Wall::empty();
    wall.configure(json!({ "title": "One", "banner": { "text": "Soon", "tone": "warning" } }));
    let reader = Posting::start(&wall).await;
    let page = reader.admin(Method::GET, "/history").send().await.unwrap().text().await.unwrap();
    assert!(
        page.contains(r#"name="expected_generation" value="1""#) && page.contains(r#"name="banner.text" value="Soon""#)
    );
    reader.function.answers([configured(1), configured(1)]);
    let publish = [("action", "publish"), ("event", "key"), ("expected_generation", "1")];
    let typed = [("title", "Two"), ("banner.text", ""), ("blocked_words", "a\r\nb"), ("note", "why")];
    assert_eq!(submit(&reader, Some("secret"), &[&publish[..], &typed[..]].concat()).await.0, 303);
    let command = reader.command();
    let whole = json!({
        "title": "Two", "accent": "#d9480f", "posting": "open", "max_message_chars": 500, "keep_messages": 1000,
        "blocked_words": ["a", "b"]
    });
    assert_eq!(command["config"], whole, "every other field stays");
    assert_eq!(
        (&command["expected_generation"], &command["note"], &command["event"]),
        (&json!(1), &json!("why"), &json!("key"))
    );

    let back = [("action", "rollback"), ("generation", "0"), ("event", "k2"), ("expected_generation", "1")];
    assert_eq!(submit(&reader, Some("secret"), &back).await.0, 303);
    let command = json!({
        "command": "rollback_config", "generation": 0, "expected_generation": 1, "event": "k2", "source": "page"
    });
    assert_eq!(reader.command(), command);
}

#[tokio::test]
async fn a_form_that_is_refused_comes_back_as_it_was_typed_with_the_reason() {
    let wall = Wall::empty();
    wall.configure(json!({ "title": "One" }));
    wall.configure(json!({ "title": "Two" }));
    let reader = Posting::start(&wall).await;
    let invalid = "max_message_chars: must be 1 to 4000, is 9000";
    let invalid =
        json!({ "error": "config_invalid", "message": invalid, "field": "config.max_message_chars", "status": 400 });
    reader.function.answers([Answer::Of(invalid), conflict(), Answer::Error("wall_busy")]);
    let form = [
        ("action", "publish"),
        ("event", "key"),
        ("title", "Typed <b>"),
        ("max_message_chars", "9000"),
        ("expected_generation", "1"),
    ];
    for (token, status, reason) in [
        (None, 401, "only an administrator"),
        (Some("secret"), 400, "must be 1 to 4000, is 9000"),
        (Some("secret"), 409, "2 is in force"),
        (Some("secret"), 503, "told by wall_busy"),
    ] {
        let (answered, page) = submit(&reader, token, &form).await;
        assert_eq!(answered, status, "{reason}");
        assert!(page.contains(reason) && page.contains("Typed &#60;b&#62;"), "{page}");
        // On a phone the answer begins with the form, and the form with the reason.
        let (_, form) = page.split_once(r#"<form id="change" "#).unwrap();
        assert!(form.contains(r#"action="/history#change""#));
        assert!(form.find(r#"class="fault""#) < form.find("<input"), "{form}");
        assert_eq!(page.contains(r#"value="9000" data-min="1" data-max="4000" autocomplete="off" aria-describedby="h-max_message_chars" aria-invalid"#), status == 400);
        // Whoever publishes after a conflict has seen what came in between.
        assert_eq!(page.contains("based on 2"), status == 409);
        assert_eq!(
            page.contains(r#"name="event" value="key""#),
            status == 503,
            "the key is kept while the outcome is open"
        );
    }
    for (action, status) in [("", 400), ("else", 400), ("preview", 200)] {
        assert_eq!(submit(&reader, None, &[("action", action)]).await.0, status, "{action:?}");
    }
    assert_eq!(reader.function.asked().len(), 3);
}

#[tokio::test]
async fn a_preview_shows_what_the_form_would_change_and_needs_no_token() {
    let wall = Wall::empty();
    wall.configure(json!({ "title": "One" }));
    let reader = Posting::start(&wall).await;
    let (status, page) = submit(&reader, None, &[("action", "preview"), ("title", "Another")]).await;
    assert_eq!(status, 200);
    let (_, preview) = page.split_once("What changes").unwrap();
    assert!(preview.contains("Another") && preview.contains("One"));
    let (_, page) = submit(&reader, None, &[("action", "preview"), ("accent", "red")]).await;
    assert!(page.contains("accent: must be a colour"));
    assert!(reader.function.asked().is_empty());
}

#[tokio::test]
async fn without_an_administrator_the_page_has_no_forms_that_change_anything() {
    let wall = Wall::empty();
    wall.configure(json!({ "title": "One" }));
    wall.configure(json!({ "title": "Two" }));
    let reader = wall.reader().await;
    let page = reader.get("/history").await.text().await.unwrap();
    assert!(!page.contains("method=\"post\"") && page.contains("method=\"get\""));
}
