//! Bodies of requests over HTTP: text, JSON and forms.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use support::fuzz::{Fuzzer, Input, Verdict, form_text};

use super::effects::Stage;

const FORM: &str = "application/x-www-form-urlencoded";

const TYPES: [&str; 5] = [FORM, FORM, "application/json", "text/plain", "text/plain; charset=utf-8"];

#[test]
fn any_body_is_refused_or_is_the_message_that_it_says() {
    let mut stage = Stage::new();
    let json = [
        r#"{"text":"one","author":"ann","event":"e-1"}"#,
        r#"{"text":"\ud83d\udc26 \"two\""}"#,
        "\u{feff}{}",
        r#"["one"]"#,
    ];
    let forms = ["text=see+issue+%2342&author=bob&event=e-2", "text=a%0D%0Ab%26&button=Post", "Hello=1&more", "text"];
    let words = ["text=", "&text=x", "author=", "event=", "\"text\":", "\"author\":null,", "%74ext=", "=", "%"];
    Fuzzer::new("bodies", json.into_iter().chain(forms)).words(words).run(|input| check(&mut stage, input));
}

fn check(stage: &mut Stage, input: &Input) -> Verdict {
    let (kind, body) = (*input.pick(0, &TYPES), &input.bytes);
    let mut event = support::http_event("POST");
    event["headers"]["content-type"] = json!(kind);
    event["headers"]["accept"] = json!(*input.pick(1, &["*/*", "application/json"]));
    (event["body"], event["isBase64Encoded"]) = match std::str::from_utf8(body) {
        Ok(text) if input.choose(2, 2) == 0 => (json!(text), json!(false)),
        _ => (json!(STANDARD.encode(body)), json!(true)),
    };
    let effect = stage.send(&event.to_string());
    effect.check();
    if effect.is_refused() {
        assert!(effect.added.is_empty(), "{:?}", effect.added);
        return Verdict::Refused;
    }
    for message in &effect.added {
        assert_eq!(Some(&message.text), text(kind, body).as_ref(), "{kind}");
    }
    Verdict::Accepted
}

/// Returns the text of the message in a body.
fn text(kind: &str, body: &[u8]) -> Option<String> {
    match kind {
        FORM => form_text(body),
        "application/json" => {
            let json = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
            let json: serde_json::Value = serde_json::from_slice(json).ok()?;
            Some(json["text"].as_str()?.to_owned())
        }
        _ => String::from_utf8(body.to_vec()).ok(),
    }
}
