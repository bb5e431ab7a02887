//! Messages of SQS and notifications of SNS.

use serde_json::{Value, json};

use crate::harness::Function;

/// Returns a message of a queue.
fn message(id: &str, body: &Value) -> Value {
    let body = body.as_str().map_or_else(|| body.to_string(), str::to_owned);
    json!({
        "messageId": id,
        "body": body,
        "attributes": {"ApproximateReceiveCount": "1"},
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:eu-west-1:123456789012:commands",
    })
}

/// Returns a message of a FIFO queue.
fn ordered(id: &str, group: &str, body: &Value) -> Value {
    let mut message = message(id, body);
    message["eventSourceARN"] = json!("arn:aws:sqs:eu-west-1:123456789012:commands.fifo");
    message["attributes"]["MessageGroupId"] = json!(group);
    message
}

fn post(text: &str) -> Value {
    json!({"command": "post", "text": text})
}

fn batch(messages: &[Value]) -> Value {
    json!({"Records": messages})
}

/// Returns the ids of the messages that failed.
async fn failures(function: &Function, messages: &[Value]) -> Vec<String> {
    let answer = function.answer(batch(messages)).await;
    let failures = answer["batchItemFailures"].as_array().unwrap();
    failures.iter().map(|failure| failure["itemIdentifier"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn the_good_messages_of_a_batch_have_their_effect_and_the_bad_ones_are_named() {
    let function = Function::new();
    let messages = [
        message("1", &post("one")),
        message("2", &json!("no JSON")),
        message("3", &post("")),
        message("4", &json!({"command": "change_config", "patch": {"max_message_chars": 5}})),
        message("5", &post("longer than five")),
        message("6", &json!({"command": "read"})),
        message("7", &post("seven")),
    ];
    assert_eq!(failures(&function, &messages).await, ["2", "3", "5", "6"]);
    assert_eq!(function.wall().await, "one\nseven\n");
    let errors: Vec<_> = function.rejected().iter().map(|file| file["error"].clone()).collect();
    assert_eq!(errors, ["json_invalid", "message_empty", "message_too_long", "command_invalid"]);
}

#[tokio::test]
async fn a_message_that_is_delivered_again_has_no_second_effect() {
    let function = Function::new();
    let messages = [message("1", &post("one")), message("1", &post("one")), message("2", &post("two"))];
    for _ in 0..3 {
        assert!(failures(&function, &messages).await.is_empty());
    }
    assert_eq!(function.wall().await, "one\ntwo\n");
}

#[tokio::test]
async fn an_event_id_in_a_command_is_that_of_the_queue_and_not_of_another_sender() {
    let function = Function::new();
    let with_id = json!({"command": "post", "text": "paid", "event": "order-17"});
    assert!(failures(&function, &[message("1", &with_id), message("2", &with_id)]).await.is_empty());
    function.answer(with_id).await;
    assert_eq!(function.wall().await, "paid\npaid\n");
    let as_page = json!({"command": "post", "text": "forged", "event": "e", "source": "page"});
    assert_eq!(failures(&function, &[message("3", &as_page)]).await, ["3"]);
}

#[tokio::test]
async fn a_group_of_a_fifo_queue_stops_at_its_first_failure() {
    let function = Function::new();
    let messages = [
        ordered("1", "a", &post("a1")),
        ordered("2", "a", &post("")),
        ordered("3", "b", &post("b1")),
        ordered("4", "a", &post("a3")),
        ordered("5", "a", &json!({"command": "clear"})),
        ordered("6", "b", &post("b2")),
    ];
    assert_eq!(failures(&function, &messages).await, ["2", "4", "5"]);
    assert_eq!(function.wall().await, "a1\nb1\nb2\n");
    assert_eq!(function.rejected().len(), 1, "the messages behind it were not refused");
}

#[tokio::test]
async fn the_group_of_a_message_in_a_standard_queue_says_nothing_about_its_order() {
    let function = Function::new();
    let mut messages = [message("1", &post("")), message("2", &post("two"))];
    messages.iter_mut().for_each(|message| message["attributes"]["MessageGroupId"] = json!("a"));
    assert_eq!(failures(&function, &messages).await, ["1"]);
    assert_eq!(function.wall().await, "two\n");
}

#[tokio::test]
async fn a_list_in_a_message_fails_as_a_whole_and_its_good_part_is_kept() {
    let function = Function::new();
    let list = json!({"command": "post", "messages": [{"text": "one"}, {"text": ""}, {"text": "three"}]});
    for _ in 0..2 {
        assert_eq!(failures(&function, &[message("1", &list)]).await, ["1"]);
    }
    assert_eq!(function.wall().await, "one\nthree\n");
}

#[tokio::test]
async fn a_refused_message_is_stored_at_its_first_delivery_only() {
    let function = Function::new();
    let mut again = message("1", &post(""));
    failures(&function, &[again.clone()]).await;
    again["attributes"]["ApproximateReceiveCount"] = json!("2");
    assert_eq!(failures(&function, &[again]).await, ["1"]);
    assert_eq!(function.rejected().len(), 1);
}

#[tokio::test]
async fn a_batch_that_the_volume_fails_is_a_function_error_so_that_all_of_it_is_delivered_again() {
    let function = Function::at(|root| root.join("missing").join("deeper"));
    fs_err::write(function.path("missing"), "a file").unwrap();
    let error = function.invoke(batch(&[message("1", &post("one"))])).await.unwrap_err();
    assert!(error.error_type.starts_with("volume_"), "{error:?}");
}

#[tokio::test]
async fn events_of_other_services_in_a_queue_have_their_effect() {
    let function = Function::new();
    let event = support::eventbridge_from("e-1", "messagewall", "Message Posted", &json!({"text": "bus"}));
    let notification = json!({
        "Type": "Notification",
        "MessageId": "n-1",
        "TopicArn": "arn:aws:sns:eu-west-1:123456789012:commands",
        "Message": post("topic").to_string(),
    });
    let nested = json!({"Type": "Notification", "MessageId": "n-2", "Message": event.to_string()});
    let messages =
        [message("1", &event), message("2", &notification), message("3", &nested), message("4", &notification)];
    assert!(failures(&function, &messages).await.is_empty());
    assert_eq!(function.wall().await, "bus\ntopic\n", "each event once, whichever way it came");
}

fn notification(id: &str, message: &str) -> Value {
    let mut record = json!({
        "EventSource": "aws:sns",
        "EventVersion": "1.0",
        "EventSubscriptionArn": "arn:aws:sns:eu-west-1:123456789012:commands:1",
    });
    record["Sns"] = json!({
        "Type": "Notification",
        "MessageId": id,
        "TopicArn": "arn:aws:sns:eu-west-1:123456789012:commands",
        "Subject": null,
        "Message": message,
        "Timestamp": "2026-11-25T14:12:07.000Z",
        "SignatureVersion": "1",
        "Signature": "x",
        "SigningCertUrl": "https://sns.eu-west-1.amazonaws.com/x.pem",
        "UnsubscribeUrl": "https://sns.eu-west-1.amazonaws.com/",
        "MessageAttributes": {},
    });
    json!({"Records": [record]})
}

#[tokio::test]
async fn a_notification_has_its_effect_once_and_a_refused_one_is_stored() {
    let function = Function::new();
    for _ in 0..2 {
        let answer = function.answer(notification("n-1", &post("topic").to_string())).await;
        assert_eq!(answer["message"]["text"], "topic");
    }
    assert_eq!(function.wall().await, "topic\n");
    let answer = function.answer(notification("n-2", "plain text")).await;
    assert_eq!((&answer["error"], &answer["field"]), (&json!("json_invalid"), &json!("Message")));
    assert_eq!(function.rejected()[0]["event"]["Sns"]["MessageId"], "n-2");
}
