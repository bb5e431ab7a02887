//! `post` with several messages.

use serde_json::{Value, json};

use crate::harness::Function;

fn texts(answer: &Value) -> Vec<Value> {
    let results = answer["results"].as_array().unwrap().iter();
    results
        .map(|result| if result["error"].is_null() { &result["message"]["text"] } else { &result["error"] })
        .cloned()
        .collect()
}

#[tokio::test]
async fn each_message_of_a_list_has_its_own_result() {
    let function = Function::new();
    let list =
        json!([{"text": "one", "author": "ann"}, {"txt": "two"}, {"text": ""}, 7, {"text": "five", "event": "e"}]);
    let answer = function.answer(json!({"command": "post", "messages": list})).await;
    assert_eq!(texts(&answer), ["one", "command_invalid", "message_empty", "command_invalid", "five"]);
    assert_eq!(answer["results"][2]["field"], "messages.2.text");
    assert_eq!(answer["results"][2]["message"], "messages.2: text: the message is empty");
    assert_eq!(function.wall().await, "one\nfive\n");
}

#[tokio::test]
async fn a_list_is_recognised_when_it_is_sent_again() {
    let function = Function::new();
    let list = json!([{"text": "one", "event": "1"}, {"text": "two", "event": "2"}, {"text": "one", "event": "1"}]);
    for repeated in [[false, false, true], [true; 3]] {
        let answer = function.answer(json!({"command": "post", "messages": list})).await;
        let results = answer["results"].as_array().unwrap().iter();
        assert_eq!(results.map(|result| result["repeated"].as_bool().unwrap()).collect::<Vec<_>>(), repeated);
    }
    assert_eq!(function.wall().await, "one\ntwo\n");
}

#[tokio::test]
async fn an_event_of_eventbridge_with_a_list_has_its_effect_once() {
    let function = Function::new();
    let detail = json!({"messages": [{"text": "one"}, {"text": "two"}]});
    let event = support::eventbridge_from("e-1", "messagewall", "Message Posted", &detail);
    for _ in 0..2 {
        assert_eq!(texts(&function.answer(event.clone()).await), ["one", "two"]);
    }
    assert_eq!(function.wall().await, "one\ntwo\n");
}

#[tokio::test]
async fn a_list_without_messages_or_with_too_many_is_refused() {
    let function = Function::new();
    let many: Vec<_> = (0..=wall_api::MAX_BATCH).map(|number| json!({"text": number.to_string()})).collect();
    for (messages, count) in [(Vec::new(), 0), (many, 10_001)] {
        let answer = function.answer(json!({"command": "post", "messages": messages})).await;
        let message = format!("messages: must have 1 to 10000 messages, has {count}");
        assert_eq!((&answer["error"], &answer["message"]), (&json!("command_invalid"), &json!(message)));
    }
    for messages in [json!("x"), json!({"text": "x"}), Value::Null] {
        let answer = function.answer(json!({"command": "post", "messages": messages})).await;
        assert_eq!(answer["error"], "command_invalid", "{answer}");
    }
}

#[tokio::test]
async fn a_message_of_a_list_that_is_refused_is_stored_for_those_who_read_no_answer() {
    let function = Function::new();
    let messages = json!([{"text": "one"}, {"text": ""}, {"txt": "three"}]);
    let detail = json!({"messages": messages});
    function.answer(support::eventbridge_from("e-1", "messagewall", "Message Posted", &detail)).await;
    function.answer(json!({"command": "post", "messages": messages})).await;
    let rejected = function.rejected();
    assert_eq!(rejected.len(), 2);
    for file in rejected {
        assert_eq!(file["error"], "messages_refused");
        let message = "2 of 3 messages were refused; the first one: messages.1: text: the message is empty";
        assert_eq!(file["message"], message);
    }
}
