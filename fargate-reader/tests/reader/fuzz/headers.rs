//! Headers: any line among the headers of a request.

use support::fuzz::{Fuzzer, Input, Verdict};

use super::connection::{Connection, Request, on_one_line};
use super::stage::{Stage, TOKEN};

const FORM: &str = "Content-Type: application/x-www-form-urlencoded\r\n";

/// Requests to which a header is added: method, address, further headers, body.
const REQUESTS: [(&str, &str, &str, &str); 10] = [
    ("GET", "/", "", ""),
    ("GET", "/api/messages", "", ""),
    ("GET", "/api/messages?limit=0", "", ""),
    ("GET", "/assets/wall.css", "", ""),
    ("GET", "/events", "", ""),
    ("POST", "/api/messages", "", "{\"text\":\"Hello\"}"),
    ("POST", "/api/messages", FORM, "text=Hello"),
    ("POST", "/history", FORM, "action=preview&title=Other"),
    ("DELETE", "/api/messages", "", ""),
    ("POST", "/api/config", "Content-Type: application/json\r\n", "{\"patch\":{}}"),
];

fn seeds(stage: &Stage) -> Vec<String> {
    let lines = [
        "Accept: text/html, application/json;q=0.9, */*;q=0.8",
        "Accept: text/plain",
        "Accept-Encoding: br, gzip;q=0.5, identity;q=0.1",
        "Accept-Encoding: gzip;q=1.000, *;q=0",
        "Accept-Language: de-CH, de;q=0.9, *;q=0.1",
        "Host: wall.example:8080",
        "Origin: https://wall",
        "Origin: null",
        "Sec-Fetch-Site: same-origin",
        "Sec-Fetch-Site: cross-site",
        "Idempotency-Key: 01KATK5XH8Z6Z7M1T2D3E4F5G6",
        "If-None-Match: W/\"abc\", \"def\", *",
        "If-Modified-Since: Tue, 10 Mar 2026 05:16:23 GMT",
        "Authorization: Bearer secret",
        "Authorization: Basic c2VjcmV0OnNlY3JldA==",
        "Content-Type: application/json; charset=\"utf-8\"",
        "Content-Type: multipart/form-data; boundary=\"edge\"",
        "X-Forwarded-For: 203.0.113.7, 10.0.0.1",
        "Forwarded: for=\"[2001:db8::1]:4711\";proto=https",
        "Connection: keep-alive, Upgrade",
        "Upgrade: h2c",
        "Expect: 100-continue",
        "Range: bytes=0-99",
    ];
    let cursors = stage.cursors().map(|cursor| format!("Last-Event-ID: {cursor}"));
    lines.map(str::to_owned).into_iter().chain(cursors).collect()
}

#[test]
fn any_header_has_one_answer_and_admits_nobody() {
    let stage = Stage::new();
    let mut connection = stage.connect();
    let fuzzer = Fuzzer::new("headers", seeds(&stage))
        .words([";q=", "gzip", "Bearer ", "W/\"", "identity", ": ", "q=1.001", ";q=1.0"]);
    stage.run(fuzzer, |input| check(&mut connection, input));
}

fn check(connection: &mut Connection, input: &Input) -> Verdict {
    let (method, target, headers, body) = *input.pick(0, &REQUESTS);
    let mut line = on_one_line(&input.bytes);
    // Raw heads vary the length of a body, and end early.
    if line.is_empty() || is_about_length(&line) {
        line.insert(0, b'X');
    }
    let lines = [&line[..], b"\r\n", headers.as_bytes()].concat();
    let request = Request { method, target: target.as_bytes(), headers: lines, body: body.as_bytes() };
    let Some(answer) = connection.send(&request) else { return Verdict::Refused };
    let text = String::from_utf8_lossy(&line).to_ascii_lowercase();
    assert!(answer.status != 304 || text.starts_with("if-none-match:"), "{text}");
    assert!(answer.header("content-encoding").is_none() || text.contains("gzip"), "{text}");
    if answer.is_passed_on() && (method == "DELETE" || target == "/api/config") {
        let token = line.splitn(2, |byte| *byte == b':').nth(1).unwrap_or_default().trim_ascii();
        let token = token.get("Bearer".len()..).unwrap_or_default().trim_ascii();
        assert!(text.starts_with("authorization:") && token == TOKEN.as_bytes(), "{text} is no administrator");
    }
    if answer.status < 400 || answer.is_passed_on() { Verdict::Accepted } else { Verdict::Refused }
}

fn is_about_length(line: &[u8]) -> bool {
    let name = line.trim_ascii_start().split(|byte| *byte == b':').next().unwrap_or_default().trim_ascii_end();
    [&b"content-length"[..], b"transfer-encoding"].iter().any(|length| name.eq_ignore_ascii_case(length))
}
