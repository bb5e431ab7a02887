//! Messages with pictures, and the outcomes of their classification, as Lambda sends them to a destination.

use serde_json::{Value, json};

use crate::harness::Function;

const PICTURE: &str = "3f2a9c1e5b7d40628e1f0a9b8c7d6e5f-1600x1200";

async fn posted(function: &Function) -> String {
    let answer = function.answer(json!({"command": "post", "text": "", "picture": PICTURE})).await;
    assert_eq!(answer["message"]["picture"], PICTURE);
    answer["message"]["id"].as_str().unwrap().to_owned()
}

fn outcome(request_id: &str, message: &str, condition: &str, answer: &Value) -> Value {
    json!({
        "version": "1.0",
        "timestamp": "2026-11-25T14:34:12.871Z",
        "requestContext": {
            "requestId": request_id,
            "functionArn": "arn:aws:lambda:eu-central-1:123456789012:function:MessageWallInference:$LATEST",
            "condition": condition,
            "approximateInvokeCount": 1
        },
        "requestPayload": { "message": message, "picture": PICTURE },
        "responseContext": { "statusCode": 200, "executedVersion": "$LATEST" },
        "responsePayload": answer
    })
}

fn grebe() -> Value {
    let timing = json!({"load_ms": 620, "decode_ms": 40, "inference_ms": 670, "first": true});
    json!({"classes": [{"class": "053.Western_Grebe", "probability": 0.962}], "model": "nts-net", "timing": timing})
}

fn labels(function: &Function) -> Vec<Value> {
    let content = function.content();
    content
        .lines()
        .filter(|line| line.starts_with(r#"{"labels""#))
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[tokio::test]
async fn the_classes_of_a_picture_become_the_label_of_its_message_once() {
    let function = Function::new();
    let id = posted(&function).await;
    let event = outcome("request-1", &id, "Success", &grebe());
    assert_eq!(function.answer(event.clone()).await, json!({"labelled": id, "repeated": false}));
    assert_eq!(function.answer(event).await, json!({"labelled": id, "repeated": true}));
    let labels = labels(&function);
    assert_eq!(labels.len(), 1);
    let times = ["took_ms", "first", "load_ms"].map(|name| labels[0][name].clone());
    assert_eq!(times, [json!(710), json!(true), json!(620)]);
    assert_eq!(labels[0]["event"], "outcome:request-1");
}

#[tokio::test]
async fn a_failed_classification_becomes_a_fault_and_a_later_one_may_succeed() {
    let function = Function::new();
    let id = posted(&function).await;
    let refusal = json!({"error": "picture_invalid", "message": "picture: is truncated", "field": "picture"});
    let error = json!({"errorType": "model_missing", "errorMessage": "no model"});
    for (request, condition, answer, fault) in [
        ("request-1", "Success", refusal, "picture: is truncated"),
        ("request-2", "RetriesExhausted", error, "no model"),
        ("request-3", "EventAgeExceeded", Value::Null, "the invocation ended with EventAgeExceeded"),
    ] {
        function.answer(outcome(request, &id, condition, &answer)).await;
        assert_eq!(labels(&function).pop().unwrap()["fault"], fault);
    }
    function.answer(outcome("request-4", &id, "Success", &grebe())).await;
    assert_eq!(labels(&function).pop().unwrap()["model"], "nts-net");
}

#[tokio::test]
async fn the_outcome_for_a_removed_message_changes_nothing_and_raises_no_alarm() {
    let function = Function::new();
    let id = posted(&function).await;
    function.answer(json!({"command": "remove", "id": id})).await;
    let answer = function.answer(outcome("request-1", &id, "Success", &grebe())).await;
    assert!(answer["nothing"].is_string(), "{answer}");
    assert!(labels(&function).is_empty() && function.rejected().is_empty());
}

#[tokio::test]
async fn a_wrong_outcome_is_refused_with_the_field() {
    let function = Function::new();
    let id = posted(&function).await;
    let many = json!({"class": "star", "probability": 7});
    for (event, field) in [
        (outcome("request-1", &id, "Success", &json!({})), "classes"),
        (outcome("request-1", &id, "Success", &json!([])), "responsePayload"),
        (outcome("", &id, "Success", &grebe()), "requestContext.requestId"),
        (
            outcome(
                "request-1",
                &id,
                "Success",
                &json!({"classes": [many], "model": "m", "timing": grebe()["timing"]}),
            ),
            "classes",
        ),
    ] {
        let answer = function.answer(event).await;
        assert!(answer["field"].as_str().unwrap().starts_with(field), "{answer}");
    }
    let answer = function.answer(json!({"command": "post", "text": "x", "picture": "../../etc/passwd"})).await;
    assert_eq!((&answer["error"], &answer["field"]), (&json!("command_invalid"), &json!("picture")), "{answer}");
}
