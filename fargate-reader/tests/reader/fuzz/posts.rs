//! Bodies of messages, and the commands that the function gets.

use serde_json::Value;
use support::fuzz::{Fuzzer, Input, Verdict, form_text};
use tokio::runtime::Runtime;

use super::connection::{Connection, Request};
use super::stage::run;
use crate::function::Posting;
use crate::wall::Wall;

const FORM: &str = "application/x-www-form-urlencoded";

const TYPES: [&str; 4] = [FORM, FORM, "application/json", "text/plain"];

const SEEDS: [&str; 8] = [
    "text=see+issue+%2342&author=bob&event=e-1",
    "text=a%0D%0Ab%26&button=Post",
    "Hello=1&more",
    "text",
    r#"{"text":"one","author":"ann","event":"e-2"}"#,
    r#"{"text":"\ud83d\udc26 \"two\""}"#,
    "\u{feff}{}",
    r#"["one","ann","e-3"]"#,
];

#[test]
fn any_body_is_refused_or_makes_one_command_with_its_text() {
    let (runtime, wall) = (Runtime::new().unwrap(), Wall::empty());
    let reader = runtime.block_on(Posting::start(&wall));
    let mut connection = Connection::to(&reader.address);
    let words = ["text=", "&text=x", "author=", "event=", "\"text\":", "\"author\":null,", "%74ext=", "=", "%"];
    let fuzzer = Fuzzer::new("posts", SEEDS).words(words);
    run(&reader.process, fuzzer, |input| check(&reader, &mut connection, input));
}

fn check(reader: &Posting, connection: &mut Connection, input: &Input) -> Verdict {
    let (kind, body) = (*input.pick(0, &TYPES), &input.bytes[..]);
    let headers = format!("Content-Type: {kind}\r\nAccept: application/json\r\n").into_bytes();
    let answer = connection.send(&Request { method: "POST", target: b"/api/messages", headers, body }).unwrap();
    let asked = reader.function.asked();
    if answer.status >= 400 {
        assert!(asked.is_empty(), "{}, and the function was asked {asked:?}", answer.text());
        return Verdict::Refused;
    }
    let texts: Vec<_> = asked.iter().map(|command| command["text"].as_str().map(str::to_owned)).collect();
    assert_eq!(texts, [text(kind, body)]);
    Verdict::Accepted
}

/// Returns the text of the message in a body.
fn text(kind: &str, body: &[u8]) -> Option<String> {
    match kind {
        FORM => form_text(body),
        "application/json" => {
            let json: Value = serde_json::from_slice(body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body)).ok()?;
            json.get("text")?.as_str().map(str::to_owned)
        }
        _ => String::from_utf8(body.to_vec()).ok(),
    }
}
