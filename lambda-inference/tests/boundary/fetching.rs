//! URLs that lead nowhere, to the inside of the network, or to something that is no picture.

use futures_util::future::join_all;
use serde_json::{Value, json};
use shapes::Shape;

use crate::function::{Function, drawn};
use crate::web::Web;

async fn fetch(function: &Function, url: &str) -> Value {
    function.http("GET", &json!({"url": url}), None).await
}

async fn error(function: &Function, url: &str) -> String {
    let response = fetch(function, url).await;
    assert_eq!(response["body"]["field"], "url", "{url}: {response}");
    response["body"]["error"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn addresses_inside_of_the_network_are_forbidden_in_every_form() {
    // Every public host is allowed.
    let function = Function::allowing("*");
    for url in [
        "http://127.0.0.1/a.jpg",
        "http://127.1/a.jpg",
        "http://2130706433/a.jpg",
        "http://0x7f000001/a.jpg",
        "http://0177.0.0.1/a.jpg",
        "http://0/a.jpg",
        "http://169.254.169.254/latest/meta-data/",
        "http://169.254.170.2/v2/credentials",
        "http://[::1]/a.jpg",
        "http://[::]/a.jpg",
        "http://[::ffff:127.0.0.1]/a.jpg",
        "http://[::ffff:169.254.169.254]/a.jpg",
        "http://[::ffff:a9fe:a9fe]/a.jpg",
        "http://[fd00:ec2::254]/a.jpg",
        "http://[64:ff9b::169.254.169.254]/a.jpg",
        "http://[2002:a9fe:a9fe::]/a.jpg",
        "http://10.0.0.1/a.jpg",
        "http://192.168.0.1:8080/a.jpg",
        // A name that resolves to this machine.
        "http://localhost/a.jpg",
        "http://LOCALHOST/a.jpg",
        "http://①②⑦.⓪.⓪.①/a.jpg",
    ] {
        assert_eq!(error(&function, url).await, "url_forbidden", "{url}");
    }
}

#[tokio::test]
async fn a_redirect_is_checked_as_the_first_url_is() {
    let web = Web::start().await;
    let function = Function::allowing(&web.address());
    let star = web.serve(&drawn(Shape::ALL[3]));
    let redirected = fetch(&function, &web.url(&format!("redirect/{star}"))).await;
    assert_eq!(redirected["body"], json!({"shape": "star"}));
    for (to, expected) in [
        ("http://127.0.0.1:1/a.jpg", "url_forbidden"),
        ("http://169.254.169.254/latest/meta-data/", "url_forbidden"),
        ("http://[::ffff:169.254.169.254]/", "url_forbidden"),
        ("//localhost/a.jpg", "url_forbidden"),
        ("file:///etc/passwd", "url_invalid"),
        ("ftp://127.0.0.1/a.jpg", "url_invalid"),
    ] {
        assert_eq!(error(&function, &web.url(&format!("redirect/{to}"))).await, expected, "{to}");
    }
    let endless = web.url("redirect//redirect");
    assert_eq!(error(&function, &endless).await, "url_unreachable");
}

#[tokio::test]
async fn only_allowed_hosts_are_fetched_from() {
    let web = Web::start().await;
    let function = Function::allowing("pictures.example, 127.0.0.1:1");
    for url in [web.url("files/0"), "http://1.1.1.1/a.jpg".to_owned(), "http://other.example/a.jpg".to_owned()] {
        assert_eq!(error(&function, &url).await, "url_forbidden", "{url}");
    }
    for url in [
        "",
        "star.jpg",
        "ftp://pictures.example/",
        "file:///etc/passwd",
        "data:image/png;base64,",
        "http://",
        "http://a:b@pictures.example/",
    ] {
        assert_eq!(error(&function, url).await, "url_invalid", "{url}");
    }
}

#[tokio::test]
async fn a_server_that_does_not_answer_with_a_picture_costs_bounded_time_and_memory() {
    let web = Web::start().await;
    let function = Function::allowing(&web.address());
    let urls = ["silent", "dripping", "missing", "endless", "claims"].map(|path| web.url(path));
    let errors = join_all(urls.iter().map(|url| error(&function, url))).await;
    let (late, large) = ("url_unreachable", "picture_too_large");
    assert_eq!(errors, [late, late, late, large, large]);
    let page = web.serve(b"<!doctype html>");
    assert_eq!(error(&function, &page).await, "picture_invalid");
}
