//! The API of the 2020 blog post, byte for byte.

use std::io::Write;

use support::transcript;

use crate::harness::{Function, Request};

#[tokio::test]
async fn the_six_commands_of_the_blog_post_print_its_output() {
    let function = Function::new();
    for step in transcript() {
        let request = Request::new(&step.method);
        let request = if step.body.is_empty() { request } else { request.text(&step.body) };
        let response = function.http(request).await;
        assert_eq!((response.status(), response.body()), (200, step.answer), "{} {}", step.method, step.body);
    }
}

#[tokio::test]
async fn other_methods_are_unsupported() {
    let function = Function::new();
    for method in ["PUT", "PATCH", "HEAD", "OPTIONS", "BREW"] {
        let response = function.http(Request::new(method).text("x")).await;
        assert_eq!((response.status(), response.body()), (405, "Method unsupported.".to_owned()), "{method}");
        assert_eq!(response.header("allow"), Some("GET, POST, DELETE"));
    }
    assert_eq!(function.wall().await, "No message yet.");
}

#[tokio::test]
async fn deleting_an_empty_wall_has_the_same_response() {
    let function = Function::new();
    assert_eq!(function.http(Request::new("DELETE")).await.body(), "Messages deleted.");
    assert_eq!(function.http(Request::new("DELETE")).await.body(), "Messages deleted.");
}

#[tokio::test]
async fn plain_lines_of_the_python_of_the_blog_post_are_messages() {
    let function = Function::new();
    function.post("from Rust").await;
    let python = function.content() + "from Python\n";
    fs_err::write(function.path("content"), python).unwrap();
    assert_eq!(function.post("from Rust again").await.body(), "from Rust\nfrom Python\nfrom Rust again\n");
    fs_err::remove_file(function.path("content")).unwrap();
    assert_eq!(function.wall().await, "No message yet.");
}

#[tokio::test]
async fn text_is_kept_exactly_as_it_was_sent() {
    let texts = [
        "two\nlines",
        "a carriage return\r\nand a tab\t.",
        "  spaces around  ",
        "ends with a newline\n",
        "<script>alert(1)</script>",
        r#"{"id":"01ARZ3NDEKTSV4RRFFQ69G5FAV","received":"2026-01-01T00:00:00Z","at":"2026-01-01T00:00:00Z","text":"x"}"#,
        r#"{"wall":"01ARZ3NDEKTSV4RRFFQ69G5FAV","start":0}"#,
        "caf\u{e9} \u{1f426} \u{202e}",
    ];
    let function = Function::new();
    let mut wall = String::new();
    for text in texts {
        wall = wall + text + "\n";
        assert_eq!(function.post(text).await.body(), wall, "{text:?}");
    }
    assert_eq!(function.wall().await, wall);
}

#[tokio::test]
async fn control_characters_are_kept_in_json_and_never_reach_a_terminal() {
    let function = Function::new();
    let text = "a\0b\u{1b}[31mred\u{7}\rover\u{9b}";
    let posted = function.http(Request::new("POST").text(text).accepting_json()).await.json();
    assert_eq!(posted["message"]["text"], text);
    fs_err::OpenOptions::new().append(true).open(function.path("content")).unwrap().write_all(b"x\x1b[31m\n").unwrap();
    assert_eq!(function.wall().await, "a\u{fffd}b\u{fffd}[31mred\u{fffd}\u{fffd}over\u{fffd}\nx\u{fffd}[31m\n");
}

#[tokio::test]
async fn a_message_that_looks_like_html_is_sent_as_text() {
    let function = Function::new();
    let response = function.post("<b>bold</b>").await;
    assert_eq!(response.header("content-type"), Some("text/plain; charset=utf-8"));
    assert_eq!(response.header("x-content-type-options"), Some("nosniff"));
}
