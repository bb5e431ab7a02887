//! A JSON schema beside a file.

use serde_json::{Value, json};

use super::commands::{current, publish};
use crate::harness::Function;

const SCHEMA: &str = r#"{
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "additionalProperties": false,
    "properties": {
        "server": {"type": "object", "properties": {"port": {"type": "integer", "maximum": 65535}}},
        "name": {"type": "string", "pattern": "^[a-z]+$"}
    }
}"#;

/// Returns a function with a schema beside a file.
fn with_schema(name: &str, schema: &str) -> Function {
    let function = Function::new();
    fs_err::create_dir_all(function.path(&format!("files/{name}"))).unwrap();
    fs_err::write(function.path(&format!("files/{name}/schema.json")), schema).unwrap();
    function
}

async fn answer(name: &str, schema: &str, content: &str) -> Value {
    let function = with_schema(name, schema);
    let answer = function.answer(publish(name, content)).await;
    assert_eq!(function.path(&format!("files/{name}/current")).exists(), answer["generation"] == 1, "{answer}");
    answer
}

#[tokio::test]
async fn a_file_in_each_format_is_checked_and_an_error_names_the_place() {
    for (name, good, bad) in [
        ("a.json", r#"{"server": {"port": 80}}"#, r#"{"server": {"port": 80000}}"#),
        ("a.yaml", "server:\n  port: 80\n", "server:\n  port: 80000\n"),
        ("a.yml", "server: {port: 80}", "server: {port: 80000}"),
        ("a.toml", "[server]\nport = 80\n", "[server]\nport = 80000\n"),
    ] {
        assert_eq!(answer(name, SCHEMA, good).await["generation"], 1, "{name}");
        let refused = answer(name, SCHEMA, bad).await;
        assert_eq!((&refused["error"], &refused["status"]), (&json!("file_invalid"), &json!(422)), "{refused}");
        let message = "content: /server/port: value is greater than the maximum of 65535";
        assert_eq!((&refused["message"], &refused["field"]), (&json!(message), &json!("content")));
    }
}

#[tokio::test]
async fn several_faults_are_named_and_values_are_not_repeated() {
    let refused = answer("a.json", SCHEMA, r#"{"server": {"port": "secret"}, "name": "S3CRET", "x": 1}"#).await;
    let message = refused["message"].as_str().unwrap();
    assert!(message.contains("/server/port: ") && message.contains("/name: "), "{message}");
    assert!(message.contains("the document: ") && !message.to_lowercase().contains("s3cret"), "{message}");
}

#[tokio::test]
async fn content_of_another_format_than_its_name_is_refused_with_its_place() {
    for (name, content) in [("a.json", "{\n  port: 80\n}"), ("a.yaml", "a: [1,\nb: 2"), ("a.toml", "port = \nx = 1")] {
        let refused = answer(name, "{}", content).await;
        assert_eq!(refused["error"], "file_invalid", "{refused}");
        assert!(refused["message"].as_str().unwrap().contains("line"), "{refused}");
    }
    let binary = with_schema("a.json", "{}");
    let refused = binary.answer(json!({"command": "publish_file", "name": "a.json", "content_base64": "/wAB"})).await;
    assert_eq!(refused["error"], "file_invalid", "{refused}");
}

#[tokio::test]
async fn a_schema_that_cannot_be_used_refuses_every_publication_and_says_so() {
    for (schema, expected) in [
        ("", "schema.json: is no JSON: EOF"),
        ("{\"type\": \"object\"", "schema.json: is no JSON: EOF"),
        ("[]", "schema.json: must be a JSON object"),
        (r#"{"type": "objekt"}"#, "schema.json: is no usable schema: "),
        (r#"{"properties": 7}"#, "schema.json: is no usable schema: "),
        (r#"{"pattern": "("}"#, "schema.json: is no usable schema: "),
        (r##"{"$ref": "#/$defs/missing"}"##, "schema.json: is no usable schema: "),
        (r#"{"$ref": "http://127.0.0.1:9/schema.json"}"#, "schema.json: is no usable schema: "),
        (r#"{"$ref": "file:///etc/passwd"}"#, "schema.json: is no usable schema: "),
    ] {
        let refused = answer("a.json", schema, "{}").await;
        assert_eq!((&refused["error"], &refused["status"]), (&json!("schema_invalid"), &json!(409)), "{refused}");
        assert!(refused["message"].as_str().unwrap().starts_with(expected), "{refused}");
    }
    let refused = answer("nginx.conf", "{}", "events {}").await;
    let message = "schema.json: lies beside a file whose name ends with none of .json, .yaml, .yml, .toml";
    assert_eq!((&refused["error"], &refused["message"]), (&json!("schema_invalid"), &json!(message)));
}

#[tokio::test]
async fn a_schema_that_refers_to_itself_ends() {
    for (schema, content) in [
        (r##"{"$ref": "#"}"##, "{}"),
        (r##"{"properties": {"next": {"$ref": "#"}}, "required": ["name"]}"##, r#"{"name": 1, "next": {"name": 2}}"#),
        (r##"{"anyOf": [{"$ref": "#"}, {"type": "object"}]}"##, "{}"),
        (r##"{"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}, "$ref": "#/$defs/a"}"##, "{}"),
    ] {
        let answered = answer("a.json", schema, content).await;
        assert!(answered["generation"] == 1 || answered["error"] == "schema_invalid", "{schema}: {answered}");
    }
}

#[tokio::test]
async fn a_rollback_is_checked_against_the_schema_of_today() {
    let function = Function::new();
    function.answer(publish("a.json", r#"{"old": true}"#)).await;
    function.answer(publish("a.json", r#"{"name": "new"}"#)).await;
    fs_err::write(function.path("files/a.json/schema.json"), SCHEMA).unwrap();
    let back = function.answer(json!({"command": "rollback_file", "name": "a.json", "generation": 1})).await;
    assert_eq!(back["error"], "file_invalid", "{back}");
    assert_eq!(current(&function, "a.json"), br#"{"name": "new"}"#);
}

/// A schema that looks at each value twice as often with every step.
fn endless(steps: usize) -> String {
    let mut definitions = json!({ "0": { "type": "object" } });
    for step in 1..=steps {
        let before = json!({ "$ref": format!("#/$defs/{}", step - 1) });
        definitions[step.to_string()] = json!({ "allOf": [before, before] });
    }
    json!({ "$defs": definitions, "$ref": format!("#/$defs/{steps}") }).to_string()
}

#[tokio::test]
async fn a_schema_that_takes_forever_is_refused_in_time_and_the_process_is_to_end() {
    assert_eq!(answer("a.json", &endless(3), "{}").await["generation"], 1);
    let function = with_schema("a.json", &endless(60));
    let refused = function.answer(publish("a.json", "{}")).await;
    assert_eq!((&refused["error"], &refused["status"]), (&json!("schema_invalid"), &json!(409)), "{refused}");
    assert_eq!(refused["message"], "schema.json: takes longer than 2 s to check this content");
    // Its thread goes on. The environment ends after the answer, and another one takes its place.
    assert!(function.is_stuck());
}
