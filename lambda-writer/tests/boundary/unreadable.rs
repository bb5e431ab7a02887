//! Events that Lambda accepts as JSON and that this function cannot parse.

use serde_json::json;

use crate::harness::Function;

#[tokio::test]
async fn a_refusal_repeats_only_a_part_of_a_long_event() {
    let function = Function::new();
    let long = "\u{1}".repeat(1_000_000);
    for event in [
        json!({ "command": long }),
        json!({ "command": "post", "text": "x", (long.clone()): 1 }),
        json!({ "command": "change_config", "patch": { "accent": long } }),
        json!({ "command": "read", "limit": long }),
    ] {
        let answer = function.answer(event).await;
        assert!(answer["error"].is_string() && answer.to_string().len() < 20_000, "{}", answer.to_string().len());
    }
}

#[tokio::test]
async fn an_event_that_cannot_be_parsed_is_answered_with_the_place() {
    let function = Function::new();
    let deep = format!(r#"{{"command":"change_config","patch":{}1{}}}"#, r#"{"a":"#.repeat(200), "}".repeat(200));
    for (event, problem) in [
        (r#"{"command":"post","text":"cut \ud83d"}"#, "unexpected end of hex escape at line 1 column 37"),
        (r#"{"command":"change_config","patch":{"keep_messages":1e400}}"#, "number out of range at line 1 column 57"),
        (&deep, "recursion limit exceeded at line 1 column 666"),
        (
            r#"{"source":"messagewall","detail-type":"x","detail":{"text":"\udc00"}}"#,
            "lone leading surrogate in hex escape at line 1 column 66",
        ),
        (r#"{"command":"post","text":"one","text":"other"}"#, r#"the field "text" is given twice at line 1 column 46"#),
        (
            r#"{"command":"change_config","patch":{"banner":{"text":"a","tone":"info","text":"b"}}}"#,
            r#"the field "text" is given twice at line 1 column 82"#,
        ),
    ] {
        let answer = function.invoke_raw(event).await.unwrap();
        let message = format!("the event: {problem}");
        assert_eq!(answer, json!({"error": "event_unreadable", "message": message, "field": null, "status": 400}));
    }
    assert_eq!(function.wall().await, "No message yet.");
}
