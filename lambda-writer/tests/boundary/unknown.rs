//! Events of sources that are not served.

use serde_json::{Value, json};

use crate::harness::Function;

#[tokio::test]
async fn an_unknown_event_is_answered_with_its_shape() {
    let function = Function::new();
    let expected = "expected a `command`, or an event of an HTTP API, EventBridge, SQS, SNS or S3";
    for (event, shape) in [
        (Value::Null, "null"),
        (json!(true), "a boolean"),
        (json!(7), "a number"),
        (json!("post"), "a string"),
        (json!([1, 2]), "an array of 2"),
        (json!({}), "an object without fields"),
        (json!({"key1": 1, "key2": {"deep": []}}), "an object with the fields \"key1\", \"key2\""),
        (json!({"requestContext": 7, "Records": []}), "an object with the fields \"Records\", \"requestContext\""),
        (json!({"detail-type": 1, "source": []}), "an object with the fields \"detail-type\", \"source\""),
    ] {
        let answer = function.answer(event).await;
        let message = format!("this is {shape}; {expected}");
        assert_eq!(answer, json!({"error": "event_unknown", "message": message, "field": null, "status": 400}));
    }
}

#[tokio::test]
async fn an_event_of_a_source_that_is_not_served_is_a_function_error() {
    let function = Function::new();
    for (event, what) in [
        (json!({"Records": [{"eventSource": "aws:kinesis"}]}), "a batch of records from \"aws:kinesis\""),
        (json!({"Records": [{"EventSource": "aws:ses"}]}), "a batch of records from \"aws:ses\""),
        (json!({"Records": [7]}), "a batch of records from an unknown source"),
        (
            json!({"httpMethod": "GET", "requestContext": {"connectionId": "c", "eventType": "CONNECT"}}),
            "a request of an API that is no HTTP API",
        ),
        (
            json!({"type": "REQUEST", "routeArn": "arn", "requestContext": {"http": {"method": "GET"}}}),
            "a request to an authorizer of API Gateway",
        ),
    ] {
        let error = function.invoke(event).await.unwrap_err();
        assert_eq!(error.error_type, "event_unsupported");
        assert_eq!(error.error_message, format!("this is {what}, which this function does not serve"));
    }
    assert_eq!(function.rejected().len(), 5, "none of them is lost");
}

#[tokio::test]
async fn no_damage_to_a_known_event_makes_the_function_panic() {
    let function = Function::new();
    let known = [
        crate::harness::Request::new("POST").text("x").limit("1").0,
        support::eventbridge_from("e", "messagewall", "Message Posted", &json!({"text": "x"})),
        json!({"command": "change_config", "patch": {"title": "x"}, "expected_generation": 0, "note": "n", "event": "e"}),
    ];
    let odd = [Value::Null, json!(7), json!("\u{0}"), json!([]), json!([[null]]), json!({}), json!({"a": {"b": 1}})];
    for event in known {
        for place in places(&event) {
            for odd in &odd {
                let mut event = event.clone();
                *event.pointer_mut(&place).unwrap() = odd.clone();
                // Every event has an answer: a reply, or a function error with a name.
                if let Err(error) = function.invoke(event).await {
                    assert_eq!(error.error_type, "event_unsupported", "{place} = {odd}");
                }
            }
        }
    }
}

/// Returns the JSON pointers of all places in a value.
pub(crate) fn places(value: &Value) -> Vec<String> {
    let parts: Vec<(String, &Value)> = match value {
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), value)).collect(),
        Value::Array(items) => items.iter().enumerate().map(|(at, value)| (at.to_string(), value)).collect(),
        _ => return vec![String::new()],
    };
    let beneath = parts.into_iter().flat_map(|(name, value)| {
        let name = name.replace('~', "~0").replace('/', "~1");
        places(value).into_iter().map(move |place| format!("/{name}{place}"))
    });
    std::iter::once(String::new()).chain(beneath).collect()
}
