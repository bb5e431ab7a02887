//! The ways on which the commands come.

use serde_json::{Value, json};
use support::eventbridge_from as eventbridge;

use super::commands::{current, publish};
use crate::harness::Function;

const PUBLICATION: &str = "File Publication Requested";
const ROLLBACK: &str = "File Rollback Requested";

fn queue(id: &str, body: &Value) -> Value {
    json!({"Records": [{"messageId": id, "body": body.to_string(), "eventSource": "aws:sqs", "attributes": {}}]})
}

fn topic(id: &str, message: &Value) -> Value {
    let mut event: Value = serde_json::from_str(include_str!("../../../../events/sns.json")).unwrap();
    event["Records"][0]["Sns"]["MessageId"] = json!(id);
    event["Records"][0]["Sns"]["Message"] = json!(message.to_string());
    event
}

#[tokio::test]
async fn a_file_comes_by_every_way_and_each_event_has_its_effect_once() {
    let function = Function::new();
    let bus = |id: &str, content: &str| {
        eventbridge(id, "messagewall", PUBLICATION, &json!({"name": "a", "content": content, "note": "why"}))
    };
    let events = [
        (bus("e-1", "bus"), "bus"),
        (queue("q-1", &publish("a", "queue")), "queue"),
        (queue("q-2", &bus("e-2", "bus in queue")), "bus in queue"),
        (topic("n-1", &publish("a", "topic")), "topic"),
        (queue("q-3", &topic("n-2", &publish("a", "topic in queue"))["Records"][0]["Sns"]), "topic in queue"),
        (publish("a", "direct"), "direct"),
    ];
    let mut generation = 0;
    for (event, content) in events {
        generation += 1;
        for repeated in [false, true] {
            let event = event.to_string();
            let answer = if repeated { function.invoke_again(&event).await } else { function.invoke_raw(&event).await };
            let answer = answer.unwrap();
            if answer["batchItemFailures"].is_array() {
                assert_eq!(answer["batchItemFailures"], json!([]), "{content}");
            } else {
                assert_eq!((&answer["generation"], &answer["repeated"]), (&json!(generation), &json!(repeated)));
            }
            assert_eq!(String::from_utf8(current(&function, "a")).unwrap(), content);
        }
        assert!(!function.path(&format!("files/a/history/{:010}.json", generation + 1)).exists(), "{content}");
    }
    let back = eventbridge("e-9", "messagewall", ROLLBACK, &json!({"name": "a", "generation": 1}));
    assert_eq!(function.answer(back).await["generation"], generation + 1);
    assert_eq!(current(&function, "a"), b"bus");
    let listed = function.answer(json!({"command": "file_history", "name": "a"})).await;
    let source = |at: usize| listed["generations"][at]["cause"]["source"].clone();
    assert_eq!([0, 1, 3, 5].map(source), ["messagewall", "direct", "aws.sns", "aws.sqs"].map(Value::from));
}

#[tokio::test]
async fn a_refused_file_is_kept_with_the_reason() {
    let function = Function::new();
    function.answer(publish("a.json", "{}")).await;
    fs_err::write(function.path("files/a.json/schema.json"), r#"{"required": ["port"]}"#).unwrap();
    let detail = json!({"name": "a.json", "content": "{\"prot\": 1}"});
    let answer = function.answer(eventbridge("e-1", "messagewall", PUBLICATION, &detail)).await;
    assert_eq!((&answer["error"], &answer["field"]), (&json!("file_invalid"), &json!("content")));
    let rejected = function.rejected();
    assert_eq!((&rejected[0]["error"], &rejected[0]["message"]), (&answer["error"], &answer["message"]));
    assert_eq!(rejected[0]["event"]["detail"], detail);
    assert_eq!(current(&function, "a.json"), b"{}");
}

#[tokio::test]
async fn a_wrong_detail_is_refused_with_its_field() {
    let function = Function::new();
    for (detail, field) in [
        (json!({"name": "a"}), "content"),
        (json!({"name": ".a", "content": ""}), "name"),
        (json!({"content": ""}), "name"),
        (json!({"name": "a", "content": "", "colour": 1}), "colour"),
    ] {
        let answer = function.answer(eventbridge("e-1", "messagewall", PUBLICATION, &detail)).await;
        assert_eq!((&answer["status"], &answer["field"]), (&json!(400), &json!(field)), "{answer}");
    }
}

#[tokio::test]
async fn nobody_reads_a_history_in_a_queue() {
    let function = Function::new();
    let answer = function.answer(queue("1", &json!({"command": "file_history", "name": "a"}))).await;
    assert_eq!(answer["batchItemFailures"][0]["itemIdentifier"], "1");
    let message = function.rejected()[0]["message"].clone();
    assert_eq!(message, "command: `file_history` has no effect here, because nobody reads the answer");
}
