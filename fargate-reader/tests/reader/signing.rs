//! Roles: signing in, sessions, and what strangers, posters and administrators may do.

use fargate_reader::{Posters, Roles, Settings, Token, TokenSource};
use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::wall::{Reader, Wall};

/// Starts a reader on which only those may post who have signed in.
async fn invited(wall: &Wall) -> Reader {
    let source = |token| Token::new(token).map(TokenSource::Given);
    let roles =
        Roles { posters: Posters::Token, admin: source("a-secret"), poster: source("p-secret"), ..Roles::default() };
    Reader::start(Settings { roles, ..wall.settings() }).await
}

async fn sign_in(reader: &Reader, token: &str) -> Response {
    reader.client.post(reader.url("/login")).form(&[("token", token)]).send().await.unwrap()
}

/// Returns the cookies of a response as a browser sends them back.
fn cookies(response: &Response) -> String {
    let cookies = response.headers().get_all("set-cookie").iter();
    let cookies: Vec<_> = cookies.map(|cookie| cookie.to_str().unwrap().split(';').next().unwrap()).collect();
    cookies.join("; ")
}

/// Returns the role that a session has, by its cookies.
async fn role(reader: &Reader, cookies: &str) -> Value {
    let session = reader.client.get(reader.url("/api/session")).header("cookie", cookies).send().await.unwrap();
    assert_eq!(session.headers()["cache-control"], "private, no-store");
    session.json::<Value>().await.unwrap()["role"].clone()
}

async fn status(reader: &Reader, method: Method, path: &str, cookies: &str) -> (u16, String) {
    let request = reader.client.request(method, reader.url(path)).header("cookie", cookies);
    let answer = request.header("content-type", "text/plain").body("Hello").send().await.unwrap();
    let status = answer.status().as_u16();
    (status, answer.json::<Value>().await.unwrap()["error"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn a_token_is_exchanged_for_a_session_that_no_script_can_read_and_no_other_site_sends() {
    let wall = Wall::empty();
    let reader = invited(&wall).await;
    let link = reader.get("/login?token=p-secret").await;
    let form = sign_in(&reader, " p-secret\n").await;
    for answer in [&link, &form] {
        assert_eq!((answer.status().as_u16(), answer.headers()["location"].to_str().unwrap()), (303, "/"));
        assert_eq!(answer.headers()["cache-control"], "no-store");
        let set: Vec<_> =
            answer.headers().get_all("set-cookie").iter().map(|cookie| cookie.to_str().unwrap()).collect();
        for part in ["HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=43200"] {
            assert!(set[0].split("; ").any(|found| found == part), "{part}: {set:?}");
        }
        assert!(set[1].starts_with("messagewall-role=poster;"), "{set:?}");
        assert!(!set.concat().contains("p-secret"));
        assert_eq!(role(&reader, &cookies(answer)).await, "poster");
    }
    assert_ne!(cookies(&link), cookies(&form), "each session is another one");
    assert_eq!(role(&reader, "").await, Value::Null);
    let out = reader.client.post(reader.url("/logout")).send().await.unwrap();
    assert_eq!(role(&reader, &cookies(&out)).await, Value::Null);
    for to in ["https://evil.example", "//evil.example", "/\\evil.example"] {
        let answer =
            reader.client.post(reader.url("/login")).form(&[("token", "p-secret"), ("to", to)]).send().await.unwrap();
        assert_eq!(answer.headers()["location"], "/", "{to}");
    }
}

#[tokio::test]
async fn a_stranger_reads_a_poster_posts_and_an_administrator_does_everything() {
    let wall = Wall::empty();
    let reader = invited(&wall).await;
    let (poster, admin) = (cookies(&sign_in(&reader, "p-secret").await), cookies(&sign_in(&reader, "a-secret").await));
    assert_eq!(reader.get("/api/messages").await.status(), 200);
    // What is allowed reaches the function, which this reader does not have.
    let allowed = || (503, "posting_unavailable".to_owned());
    let refused = |status, error: &str| (status, error.to_owned());
    let post = async |cookies: &str| status(&reader, Method::POST, "/api/messages", cookies).await;
    let clear = async |cookies: &str| status(&reader, Method::DELETE, "/api/messages", cookies).await;
    assert_eq!(post("").await, refused(401, "poster_required"));
    assert_eq!(clear("").await, refused(401, "admin_required"));
    assert_eq!(post(&poster).await, allowed());
    assert_eq!(clear(&poster).await, refused(403, "admin_forbidden"));
    assert_eq!(post(&admin).await, allowed());
    assert_eq!(clear(&admin).await, allowed());
    assert_eq!(status(&reader, Method::POST, "/api/pictures", "").await, refused(401, "poster_required"));
    for forged in ["messagewall=admin", "messagewall-role=admin", &poster.replace("poster", "admin")] {
        assert_eq!(clear(forged).await, refused(401, "admin_required"), "{forged}");
    }
}

#[tokio::test]
async fn a_form_of_a_stranger_comes_back_with_its_text() {
    let wall = Wall::empty();
    let reader = invited(&wall).await;
    let form = reader.client.post(reader.url("/api/messages")).header("accept", "text/html");
    let answer = form.form(&[("text", "Typed for nothing?")]).send().await.unwrap();
    assert_eq!(answer.status(), 401);
    let page = answer.text().await.unwrap();
    assert!(page.contains("Typed for nothing?") && page.contains("only those who have signed in may post"), "{page}");
}

#[tokio::test]
async fn guessing_is_stopped_and_the_right_token_does_not_help_then() {
    let wall = Wall::empty();
    let reader = invited(&wall).await;
    let clear = |token: String| reader.client.delete(reader.url("/api/messages")).bearer_auth(token).send();
    for guess in 0..10 {
        let answer =
            if guess % 2 == 0 { sign_in(&reader, "guess").await } else { clear(format!("g{guess}")).await.unwrap() };
        assert_eq!(answer.status(), 403);
    }
    for answer in [sign_in(&reader, "a-secret").await, clear("a-secret".to_owned()).await.unwrap()] {
        assert_eq!(answer.status(), 429);
        let wait: u64 = answer.headers()["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((1..=60).contains(&wait), "{wait}");
    }
}

#[tokio::test]
async fn a_token_in_a_file_is_changed_without_a_restart_and_ends_its_sessions() {
    let wall = Wall::empty();
    let file = tempfile::NamedTempFile::new().unwrap();
    let source = TokenSource::File { path: file.path().to_owned(), token: Token::new("first").unwrap() };
    let reader =
        Reader::start(Settings { roles: Roles { admin: Some(source), ..Roles::default() }, ..wall.settings() }).await;
    let first = cookies(&sign_in(&reader, "first").await);
    assert_eq!(role(&reader, &first).await, "admin");
    fs_err::write(file.path(), "second\n").unwrap();
    let eventually_gone = async {
        while role(&reader, &first).await != Value::Null {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(crate::wall::PATIENCE, eventually_gone).await.unwrap();
    assert_eq!(sign_in(&reader, "first").await.status(), 403);
    assert_eq!(role(&reader, &cookies(&sign_in(&reader, "second").await)).await, "admin");
}

#[tokio::test]
async fn blocked_words_and_metrics_are_for_administrators_and_details_only_where_that_is_set() {
    let wall = Wall::empty();
    wall.configure(json!({ "blocked_words": ["s3cr3t"], "title": "One" }));
    let admin = || Token::new("secret").map(TokenSource::Given);
    for details in [true, false] {
        let roles = Roles { admin: admin(), details, ..Roles::default() };
        let reader = Reader::start(Settings { roles, ..wall.settings() }).await;
        reader.eventually("/api/config", |config| config["generation"] != json!(0)).await;
        wall.write("config.json", "{ nonsense");
        reader.eventually("/api/config", |config| !config["rejected"].is_null()).await;
        for path in [
            "/",
            "/history",
            "/api/config",
            "/api/status",
            "/api/config/history",
            "/api/config/diff?from=0&to=1",
            "/ready",
        ] {
            let seen = reader.get(path).await.text().await.unwrap();
            assert!(!seen.contains("s3cr3t"), "{path}: {seen}");
            assert!(details || !seen.contains("line 1"), "{path}: {seen}");
            let whole =
                reader.client.get(reader.url(path)).bearer_auth("secret").send().await.unwrap().text().await.unwrap();
            let is_whole = whole.contains("s3cr3t") || ["/", "/ready"].contains(&path);
            assert!(is_whole, "{path}: {whole}");
        }
        let reason = reader.json("/api/config").await["rejected"]["reason"].as_str().unwrap().to_owned();
        assert_eq!(reason.contains("line 1"), details, "{reason}");
        assert_eq!(reader.get("/metrics").await.status(), 401);
        wall.configure(json!({ "title": "One" }));
    }
}

#[tokio::test]
async fn a_page_of_another_site_signs_nobody_in_and_locks_nobody_out() {
    let wall = Wall::empty();
    let reader = invited(&wall).await;
    let link = |token: &str| {
        reader.client.get(reader.url(&format!("/login?token={token}"))).header("sec-fetch-site", "cross-site")
    };
    for _ in 0..20 {
        assert_eq!(link("guess").send().await.unwrap().status(), 200);
    }
    let confirmed = link("p-secret").send().await.unwrap();
    assert_eq!((confirmed.status().as_u16(), confirmed.headers().get("set-cookie")), (200, None));
    // A person who follows a link to here confirms it with the button.
    assert!(confirmed.text().await.unwrap().contains(r#"value="p-secret""#));
    assert_eq!(sign_in(&reader, "p-secret").await.status(), 303);
}

#[tokio::test]
async fn a_rollback_after_the_session_has_ended_offers_no_form_without_the_hidden_words() {
    let wall = Wall::empty();
    wall.configure(json!({ "blocked_words": ["s3cr3t"] }));
    wall.configure(json!({ "title": "Two" }));
    let posting = crate::function::Posting::start(&wall).await;
    let form = [("action", "rollback"), ("generation", "1"), ("expected_generation", "2")];
    let answer = support::client().post(format!("{}/history", posting.address)).form(&form).send().await.unwrap();
    assert_eq!(answer.status(), 401);
    let page = answer.text().await.unwrap();
    assert!(page.contains("only an administrator may do this") && !page.contains(r#"<form id="change""#), "{page}");
}
