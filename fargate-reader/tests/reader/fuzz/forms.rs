//! Bodies of forms and of JSON, up to the place where the function would be asked.

use support::fuzz::{Fuzzer, Input, Verdict};

use super::connection::{Connection, Request};
use super::stage::Stage;

const FORM: &str = "Content-Type: application/x-www-form-urlencoded\r\n";

const HTML_FORM: &str = "Content-Type: application/x-www-form-urlencoded\r\nAccept: text/html\r\n";

const JSON: &str = "Content-Type: application/json\r\n";

const ADMIN: &str = "Content-Type: application/json\r\nAuthorization: Bearer secret\r\n";

/// Requests with a body: address and headers.
const REQUESTS: [(&str, &str); 8] = [
    ("/api/messages", FORM),
    ("/api/messages", HTML_FORM),
    ("/api/messages", JSON),
    ("/api/messages", "Content-Type: text/plain\r\nAccept: text/plain\r\n"),
    ("/history", HTML_FORM),
    ("/history", HTML_FORM),
    ("/api/config", ADMIN),
    ("/api/config/rollback", ADMIN),
];

const SEEDS: [&str; 11] = [
    "text=see+issue+%2342&author=bob&event=01KATK5XH8Z6Z7M1T2D3E4F5G6",
    "Hello from curl",
    r#"{"text":"one","author":"ann","event":"e-1"}"#,
    r#"{"patch":{"title":"Other","banner":{"text":"Hi","tone":"info"}},"expected_generation":5,"note":"why"}"#,
    r#"{"config":{"title":"Other","blocked_words":["a"]},"event":"e-2"}"#,
    r#"{"generation":2,"expected_generation":5,"note":"back","event":"e-3"}"#,
    "action=preview&title=Other&accent=%23123abc&posting=open&max_message_chars=280&keep_messages=50&event=e-4",
    "action=publish&banner.text=Hi&banner.tone=warning&blocked_words=one%0D%0Atwo&expected_generation=5&token=secret",
    "action=rollback&generation=3&expected_generation=5&note=back&token=secret&event=e-5",
    "action=preview&banner=on&banner.text=&banner.tone=none&title=%3Cscript%3E",
    "action=publish&token=other",
];

#[test]
fn any_body_is_passed_on_or_refused_with_its_place() {
    let stage = Stage::new();
    let mut connection = stage.connect();
    let words =
        ["action=", "preview", "&title=", "&token=secret", "banner.text=", "generation=", "=on&", "\"text\":", "%3C"];
    let fuzzer = Fuzzer::new("forms", SEEDS).words(words);
    stage.run(fuzzer, |input| check(&mut connection, input));
}

fn check(connection: &mut Connection, input: &Input) -> Verdict {
    let (target, headers) = *input.pick(0, &REQUESTS);
    let headers = headers.as_bytes().to_vec();
    let request = Request { method: "POST", target: target.as_bytes(), headers, body: &input.bytes };
    let answer = connection.send(&request).unwrap();
    // What was typed comes back as text, and never as an element of the page.
    assert!(!answer.text().contains("<script>"), "{}", answer.text());
    if answer.is_passed_on() || answer.status < 400 { Verdict::Accepted } else { Verdict::Refused }
}
