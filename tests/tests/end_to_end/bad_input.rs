//! Bad input gets a clear answer and changes nothing.

use anyhow::{Result, ensure};
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tests::{Reply, Wall, eventbridge, message_texts};

/// A wall with one message, which must stay the only one.
struct Unchanged {
    wall: Wall,
    content: Vec<u8>,
}

impl Unchanged {
    async fn start() -> Result<Self> {
        let wall = Wall::start().await?;
        wall.post("the only one").await?.success()?;
        let content = fs_err::read(wall.volume().join("content"))?;
        Ok(Self { wall, content })
    }

    /// Posts over the HTTP API and expects a refusal whose text contains `naming`.
    async fn refused(&self, what: &str, status: u16, naming: &str, request: RequestBuilder) -> Result<()> {
        let reply = Reply::to(request).await?;
        let text = String::from_utf8_lossy(&reply.body).into_owned();
        ensure!(reply.status == status, "{what}: expected {status}, got {}: {text}", reply.status);
        ensure!(text.to_lowercase().contains(naming), "{what}: the answer does not say {naming:?}: {text}");
        self.unchanged(what)
    }

    /// Invokes the function directly and expects a refusal or a function error that contains `naming`.
    async fn refuses(&self, what: &str, naming: &str, event: &Value) -> Result<Value> {
        let reply = self.wall.invocation(event.to_string()).await?;
        let answer = reply.json()?;
        // The HTTP API reports an error as a status. Other callers get an error in the answer or a function error.
        let is_error = answer.get("error").is_some()
            || answer["statusCode"].as_u64().is_some_and(|status| (400..500).contains(&status))
            || !reply.header("x-amz-function-error").is_empty();
        ensure!(is_error, "{what}: accepted: {answer}");
        ensure!(answer.to_string().contains(naming), "{what}: the answer does not say {naming:?}: {answer}");
        self.unchanged(what)?;
        Ok(answer)
    }

    fn unchanged(&self, what: &str) -> Result<()> {
        let content = fs_err::read(self.wall.volume().join("content"))?;
        ensure!(content == self.content, "{what}: the wall has changed: {}", String::from_utf8_lossy(&content));
        ensure!(!self.wall.volume().join("config.json").exists(), "{what}: a configuration was published");
        Ok(())
    }

    async fn page_refused(&self, what: &str, status: u16, naming: &str, request: RequestBuilder) -> Result<()> {
        self.refused(what, status, naming, request).await?;
        let texts = message_texts(&self.wall.json("/api/messages").await?)?;
        ensure!(texts == ["the only one"], "{what}: the reader has {texts:?}");
        Ok(())
    }
}

#[tokio::test]
async fn the_http_api_refuses_an_invalid_message() -> Result<()> {
    let unchanged = Unchanged::start().await?;
    let post = || unchanged.wall.request(Method::POST);
    let typed =
        |content_type: &str| unchanged.wall.http.post(unchanged.wall.function()).header("content-type", content_type);
    unchanged.refused("empty", 400, "empty", post().body("")).await?;
    unchanged.refused("white space", 400, "empty", post().body(" \n\t ")).await?;
    unchanged.refused("invisible", 400, "empty", post().body("\u{200b}\u{3164} \u{e0041}\u{2800}\u{202e}")).await?;
    unchanged.refused("501 characters", 413, "500", post().body("x".repeat(501))).await?;
    unchanged.refused("not UTF-8", 400, "utf-8", post().body(vec![b'a', 0xff, 0xfe])).await?;
    unchanged.refused("10 MB", 413, "", post().body(vec![b'x'; 10_000_000])).await?;
    unchanged.refused("a picture", 415, "image/png", typed("image/png").body("x")).await?;
    unchanged.refused("half JSON", 400, "", typed("application/json").body(r#"{"text":"#)).await?;
    unchanged.refused("JSON without text", 400, "text", typed("application/json").body("{}")).await?;
    let unknown = r#"{"text":"Hello","colour":"red"}"#;
    unchanged.refused("an unknown field", 400, "colour", typed("application/json").body(unknown)).await?;
    Ok(())
}

#[tokio::test]
async fn five_hundred_characters_of_any_length_in_bytes_are_accepted() -> Result<()> {
    let wall = Wall::start().await?;
    let text = "\u{1f426}".repeat(500);
    wall.post(text.clone()).await?.success()?;
    assert_eq!(wall.get().await?, text + "\n");
    Ok(())
}

#[tokio::test]
async fn the_error_of_a_direct_invocation_names_the_field() -> Result<()> {
    let unchanged = Unchanged::start().await?;
    let checks = [
        ("no command", "command", json!({})),
        ("unknown command", "frobnicate", json!({ "command": "frobnicate" })),
        ("unknown field", "colour", json!({ "command": "post", "text": "Hello", "colour": "red" })),
        ("no text", "text", json!({ "command": "post" })),
        ("text of a wrong type", "text", json!({ "command": "post", "text": 7 })),
        ("empty text", "text", json!({ "command": "post", "text": "  " })),
        ("author on two lines", "author", json!({ "command": "post", "text": "Hello", "author": "a\nb" })),
        ("unknown setting", "colour", json!({ "command": "change_config", "patch": { "colour": "red" } })),
        (
            "unknown tone",
            "banner.tone",
            json!({ "command": "change_config", "patch": { "banner": { "text": "x", "tone": "loud" } } }),
        ),
        (
            "too many to keep",
            "keep_messages",
            json!({ "command": "change_config", "patch": { "keep_messages": 10_001 } }),
        ),
        ("patch is no object", "patch", json!({ "command": "change_config", "patch": [] })),
        ("no such generation", "99", json!({ "command": "rollback_config", "generation": 99 })),
        ("generation of a wrong type", "generation", json!({ "command": "rollback_config", "generation": "one" })),
    ];
    for (what, naming, event) in checks {
        let answer = unchanged.refuses(what, naming, &event).await?;
        let status = answer["status"].as_u64();
        ensure!(status.is_some_and(|status| (400..500).contains(&status)), "{what}: no 4xx status in {answer}");
    }
    Ok(())
}

#[tokio::test]
async fn the_error_of_a_malformed_event_names_the_field() -> Result<()> {
    let unchanged = Unchanged::start().await?;
    let mut half_request = json!({ "version": "2.0", "requestContext": { "http": { "method": "POST" } } });
    half_request["body"] = json!({ "not": "a string" });
    let checks = [
        ("a list", "", json!([1, 2, 3])),
        ("null", "", Value::Null),
        ("a request whose body is no string", "", half_request),
        ("an unknown event", "Frobnicated", eventbridge("Frobnicated", &json!({}))),
        ("no patch", "patch", eventbridge("Config Change Requested", &json!({}))),
        (
            "an unknown field",
            "colour",
            eventbridge("Message Posted", &json!({ "author": "ann", "text": "Hello", "colour": 1 })),
        ),
        ("no text", "text", eventbridge("Message Posted", &json!({ "author": "ann" }))),
        ("no generation", "generation", eventbridge("Config Rollback Requested", &json!({}))),
        (
            "an invalid configuration",
            "accent",
            eventbridge("Config Change Requested", &json!({ "patch": { "accent": "red" } })),
        ),
    ];
    for (what, naming, event) in checks {
        unchanged.refuses(what, naming, &event).await?;
    }
    let reply = unchanged.wall.invocation("{half").await?;
    ensure!(reply.status == 400, "JSON that is cut off: {}: {}", reply.status, reply.text()?);
    unchanged.unchanged("JSON that is cut off")
}

#[tokio::test]
async fn an_event_that_is_json_and_cannot_be_parsed_is_a_bad_command() -> Result<()> {
    let unchanged = Unchanged::start().await?;
    let deep = format!(r#"{{"command":"change_config","patch":{}1{}}}"#, r#"{"a":"#.repeat(200), "}".repeat(200));
    for event in [
        r#"{"command":"post","text":"cut \ud83d"}"#,
        r#"{"command":"change_config","patch":{"keep_messages":1e400}}"#,
        &deep,
    ] {
        let reply = unchanged.wall.invocation(event.to_owned()).await?;
        let answer = reply.json()?;
        ensure!(reply.header("x-amz-function-error").is_empty(), "{answer}");
        ensure!(answer["error"] == "event_unreadable" && answer["status"] == 400, "{answer}");
        ensure!(answer["message"].as_str().is_some_and(|message| message.contains("at line 1 column ")), "{answer}");
    }
    let latin1 = unchanged.wall.invocation(b"{\"command\":\"post\",\"text\":\"caf\xe9\"}".to_vec()).await?;
    ensure!(latin1.status == 400, "{}", latin1.text()?);
    assert_eq!(latin1.header("x-amzn-errortype"), "InvalidRequestContentException");
    unchanged.unchanged("events that cannot be read")
}

#[tokio::test]
async fn the_api_of_the_page_refuses_an_invalid_message() -> Result<()> {
    let unchanged = Unchanged::start().await?;
    let url = unchanged.wall.page("/api/messages");
    let typed = |content_type: &str| unchanged.wall.http.post(&url).header("content-type", content_type);
    unchanged.page_refused("empty", 400, "empty", typed("text/plain").body("")).await?;
    unchanged.page_refused("too long", 413, "500", typed("text/plain").body("x".repeat(501))).await?;
    unchanged.page_refused("not UTF-8", 400, "utf-8", typed("text/plain").body(vec![0xff])).await?;
    unchanged.page_refused("10 MB", 413, "", typed("text/plain").body(vec![b'x'; 10_000_000])).await?;
    unchanged.page_refused("a picture", 415, "image/png", typed("image/png").body("x")).await?;
    unchanged.page_refused("half JSON", 400, "", typed("application/json").body(r#"{"text":"#)).await?;
    let unknown = r#"{"text":"Hello","colour":"red"}"#;
    unchanged.page_refused("an unknown field", 400, "colour", typed("application/json").body(unknown)).await?;
    for (query, naming) in
        [("limit=0", "limit"), ("limit=x", "limit"), ("limit=10001", "limit"), ("before=x", "before")]
    {
        let reply = Reply::to(unchanged.wall.http.get(format!("{url}?{query}"))).await?;
        ensure!(reply.status == 400 && reply.text()?.contains(naming), "{query}: {}: {}", reply.status, reply.text()?);
    }
    Ok(())
}

#[tokio::test]
async fn errors_have_one_shape() -> Result<()> {
    let wall = Wall::start().await?;
    let json = |request: RequestBuilder| {
        request.header("accept", "application/json").header("content-type", "application/json")
    };
    let requests = [
        ("the function", json(wall.http.post(wall.function())).body(r#"{"text":""}"#), 400),
        ("the page's API", json(wall.http.post(wall.page("/api/messages"))).body(r#"{"text":""}"#), 400),
        ("an unknown page", json(wall.http.get(wall.page("/api/nothing"))), 404),
    ];
    for (what, request, status) in requests {
        let reply = Reply::to(request).await?;
        let body = reply.json()?;
        ensure!(reply.status == status, "{what}: {} {body}", reply.status);
        let is_name =
            |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        ensure!(body["error"].as_str().is_some_and(is_name), "{what}: no stable name in {body}");
        ensure!(body["message"].as_str().is_some_and(|message| !message.is_empty()), "{what}: no message in {body}");
    }
    Ok(())
}

#[tokio::test]
async fn a_message_with_a_blocked_word_is_refused() -> Result<()> {
    let wall = Wall::start().await?;
    wall.change_config(&json!({ "blocked_words": ["spam"] })).await?;
    let reply = wall.post("No SPAM, please").await?;
    assert_eq!(reply.status, 422);
    assert!(reply.text()?.contains("spam"), "{}", reply.text()?);
    wall.post("A spammer's word is another word").await?.success()?;
    assert_eq!(wall.get().await?, "A spammer's word is another word\n");
    Ok(())
}

#[tokio::test]
async fn a_closed_wall_refuses_messages_with_the_reason() -> Result<()> {
    let wall = Wall::start().await?;
    wall.change_config(&json!({ "posting": "closed" })).await?;
    let reply = wall.post("Hello").await?;
    assert_eq!(reply.status, 403);
    assert!(reply.text()?.contains("closed"), "{}", reply.text()?);
    wall.change_config(&json!({ "posting": "open" })).await?;
    wall.post("Hello").await?.success()?;
    Ok(())
}
