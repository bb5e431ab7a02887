//! The names of the wall, and requests that other sites make.

use fargate_reader::{Addresses, Settings};
use reqwest::Response;

use crate::wall::{Reader, Wall};

async fn start(wall: &Wall, origins: &[&str], hosts: Option<&[&str]>) -> Reader {
    let owned = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
    let addresses = Addresses { origins: owned(origins), hosts: hosts.map(owned), proxies: 0 };
    Reader::start(Settings { addresses, ..wall.settings() }).await
}

/// Posts as a browser does over plain HTTP, which sends no Sec-Fetch-Site: the page is at `origin`, and a proxy has made this
/// Host header.
async fn post(reader: &Reader, host: &str, origin: &str) -> Response {
    let request = reader.client.post(reader.url("/api/messages")).header("host", host).header("origin", origin);
    request.header("content-type", "text/plain").body("Hello").send().await.unwrap()
}

/// The status of a request that reaches the function, which these readers do not have.
const ALLOWED: u16 = 503;

#[tokio::test]
async fn the_page_s_own_requests_pass_with_the_default_port_and_through_a_proxy_that_is_named() {
    let wall = Wall::empty();
    let plain = start(&wall, &[], None).await;
    for (host, origin, status) in [
        ("wall.lan", "http://wall.lan", ALLOWED),
        ("wall.lan:80", "http://wall.lan", ALLOWED),
        ("wall.lan:443", "https://wall.lan", ALLOWED),
        ("wall.lan:8080", "http://wall.lan:8080", ALLOWED),
        ("wall.lan:80", "https://wall.lan", 403),
        ("wall.lan:8080", "http://wall.lan", 403),
        ("127.0.0.1:8080", "http://wall.lan", 403),
        ("wall.lan", "http://evil.example", 403),
        ("wall.lan", "null", 403),
    ] {
        assert_eq!(post(&plain, host, origin).await.status(), status, "{host} {origin}");
    }
    let refusal = post(&plain, "127.0.0.1:8080", "http://wall.lan").await.text().await.unwrap();
    assert!(refusal.contains("PUBLIC_ORIGIN"), "{refusal}");

    let named = start(&wall, &["http://wall.lan", "https://wall.example.org"], None).await;
    assert_eq!(post(&named, "127.0.0.1:8080", "http://wall.lan").await.status(), ALLOWED);
    assert_eq!(post(&named, "127.0.0.1:8080", "https://wall.example.org").await.status(), ALLOWED);
    assert_eq!(post(&named, "127.0.0.1:8080", "http://wall.lan.evil.example").await.status(), 403);
}

#[tokio::test]
async fn a_name_that_another_site_has_pointed_here_is_not_served() {
    let wall = Wall::empty();
    let reader = start(&wall, &[], Some(&["wall.example.org"])).await;
    for path in ["/", "/api/messages", "/live", "/login?token=x", "/nowhere"] {
        let answer = reader.client.get(reader.url(path)).header("host", "evil.example:8080").send().await.unwrap();
        assert_eq!(answer.status(), 421, "{path}");
        assert!(answer.text().await.unwrap().contains("ALLOWED_HOSTS"), "{path}");
    }
    // The page of the other site has the same origin as its request, so only the name gives it away.
    assert_eq!(post(&reader, "evil.example", "http://evil.example").await.status(), 421);
    assert_eq!(post(&reader, "wall.example.org", "http://wall.example.org").await.status(), ALLOWED);
}

#[tokio::test]
async fn no_proxy_may_change_a_stream() {
    let wall = Wall::empty();
    let reader = wall.reader().await;
    let stream = reader.get("/events").await;
    assert_eq!(stream.headers()["cache-control"], "no-cache, no-transform");
}

#[tokio::test]
async fn a_web_page_commands_nothing_at_the_internal_port() {
    let wall = Wall::empty();
    let internal = support::free_address().unwrap();
    let reader = Reader::start(Settings { internal_listen: Some(internal), ..wall.settings() }).await;
    reader.eventually("/ready", |ready| ready["ready"] == true).await;
    let requests =
        [(reqwest::Method::POST, "/look"), (reqwest::Method::GET, "/metrics"), (reqwest::Method::GET, "/api/status")];
    for (method, path) in requests {
        let request = || reader.client.request(method.clone(), format!("http://{internal}{path}"));
        for (name, value) in [("origin", "http://evil.example"), ("sec-fetch-site", "cross-site")] {
            assert_eq!(request().header(name, value).send().await.unwrap().status(), 403, "{path} {name}");
        }
        assert_eq!(request().send().await.unwrap().status(), 200, "{path}");
    }
}
