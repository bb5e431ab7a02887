//! The commands, as a direct invocation sends them.

use serde_json::{Value, json};
use shared_volume::files::MAX_FILE_BYTES;

use crate::harness::Function;

pub(crate) fn publish(name: &str, content: &str) -> Value {
    json!({"command": "publish_file", "name": name, "content": content})
}

pub(crate) fn current(function: &Function, name: &str) -> Vec<u8> {
    fs_err::read(function.path(&format!("files/{name}/current"))).unwrap()
}

#[tokio::test]
async fn a_file_is_published_rolled_back_and_listed() {
    let function = Function::new();
    let first = function.answer(publish("app.yaml", "tier: gold\n")).await;
    assert_eq!(
        (&first["name"], &first["generation"], &first["repeated"]),
        (&json!("app.yaml"), &json!(1), &json!(false))
    );
    assert_eq!(first["sha256"].as_str().unwrap().len(), 64);
    assert_eq!(first.as_object().unwrap().len(), 4, "{first}");
    assert_eq!(current(&function, "app.yaml"), b"tier: gold\n");

    let binary = json!({
        "command": "publish_file", "name": "app.yaml", "content_base64": "/wAB", "expected_generation": 1, "note": "why",
    });
    assert_eq!(function.answer(binary).await["generation"], 2);
    assert_eq!(current(&function, "app.yaml"), b"\xff\0\x01");

    let back = json!({"command": "rollback_file", "name": "app.yaml", "generation": 1, "expected_generation": 2});
    let back = function.answer(back).await;
    assert_eq!((&back["generation"], &back["sha256"]), (&json!(3), &first["sha256"]));
    assert_eq!(current(&function, "app.yaml"), b"tier: gold\n");

    let listed = function.answer(json!({"command": "file_history", "name": "app.yaml", "limit": 2})).await;
    let generations = listed["generations"].as_array().unwrap();
    assert_eq!((generations.len(), &listed["fault"]), (2, &Value::Null));
    let [newest, before] = [&generations[0], &generations[1]];
    assert_eq!((&newest["generation"], &newest["size"], &newest["sha256"]), (&json!(3), &json!(11), &first["sha256"]));
    assert_eq!((&newest["cause"]["restored"], &newest["cause"]["source"]), (&json!(1), &json!("direct")));
    assert_eq!((&before["generation"], &before["cause"]["note"]), (&json!(2), &json!("why")));
    assert_eq!(newest["published_at"], newest["cause"]["at"]);
}

#[tokio::test]
async fn a_publication_with_an_event_id_is_made_once() {
    let function = Function::new();
    let mut command = publish("a", "one");
    command["event"] = json!("deploy-17");
    let first = function.answer(command.clone()).await;
    function.answer(publish("a", "two")).await;
    let again = function.answer(command.clone()).await;
    assert_eq!((&again["generation"], &again["repeated"]), (&first["generation"], &json!(true)));
    assert_eq!(current(&function, "a"), b"two");
    command["content"] = json!("other");
    let reused = function.answer(command).await;
    assert_eq!((&reused["error"], &reused["status"]), (&json!("event_reused"), &json!(409)));
}

#[tokio::test]
async fn a_file_that_another_program_has_written_is_told() {
    let function = Function::new();
    function.answer(publish("a", "one")).await;
    fs_err::write(function.path("files/a/current"), "by hand").unwrap();
    let told = "current: was written by another program; generation 1 was published last";
    assert_eq!(function.answer(json!({"command": "file_history", "name": "a"})).await["fault"], told);
    let next = function.answer(publish("a", "two")).await;
    assert_eq!((&next["generation"], &next["ended"]), (&json!(2), &json!(told)));
}

/// Sends a command that must be refused because of `field`.
async fn check_refused(function: &Function, command: Value, status: u16, error: &str, field: &str, message: &str) {
    let answer = function.answer(command).await;
    assert_eq!(answer, json!({"error": error, "message": message, "field": field, "status": status}));
}

#[tokio::test]
async fn a_wrong_field_is_named_and_nothing_is_written() {
    let function = Function::new();
    let with = |field: &str, value: Value| {
        let mut command = json!({"command": "publish_file", "name": "a"});
        command[field] = value;
        command
    };
    let missing = "content: is missing, and so is `content_base64`";
    check_refused(&function, with("name", json!("a")), 400, "command_invalid", "content", missing).await;
    let mut both = with("content", json!("x"));
    both["content_base64"] = json!("eA==");
    let message = "content_base64: must not be given beside `content`";
    check_refused(&function, both, 400, "command_invalid", "content_base64", message).await;
    let message = "content_base64: is no Base64: Invalid symbol 33, offset 0.";
    check_refused(&function, with("content_base64", json!("!")), 400, "command_invalid", "content_base64", message)
        .await;
    let message = "publish_file.name: \"../config.json\" cannot name a file: use 1 to 100 of A-Z, a-z, 0-9, '.', '_' and \
                   '-', not beginning with '.'";
    check_refused(&function, publish("../config.json", "x"), 400, "command_invalid", "name", message).await;
    let bytes = usize::try_from(MAX_FILE_BYTES).unwrap() + 1;
    let message = "content: has 262145 bytes, and must have at most 262144";
    check_refused(&function, publish("a", &"x".repeat(bytes)), 413, "file_too_large", "content", message).await;
    let mut early = publish("a", "x");
    early["expected_generation"] = json!(3);
    let message = "expected_generation: 3 was expected, 0 is in force";
    check_refused(&function, early, 409, "generation_conflict", "expected_generation", message).await;
    let mut noted = publish("a", "x");
    noted["note"] = json!("n".repeat(501));
    check_refused(&function, noted, 400, "note_too_long", "note", "note: must have at most 500 characters").await;
    let back = json!({"command": "rollback_file", "name": "a", "generation": 7});
    let message = "generation: 7 is not in the history of the file";
    check_refused(&function, back, 404, "generation_unknown", "generation", message).await;
    let history = json!({"command": "file_history", "name": "a"});
    check_refused(&function, history, 404, "file_unknown", "name", "name: no file \"a\" was published").await;
    assert!(!function.path("files").exists());
    assert_eq!(function.rejected().len(), 8, "a history changes nothing, so its refusal is not kept");
}

#[tokio::test]
async fn a_foreign_file_is_a_failure_of_the_volume() {
    let function = Function::new();
    fs_err::create_dir_all(function.path("files/a/current")).unwrap();
    let error = function.invoke(publish("a", "x")).await.unwrap_err();
    let message = "files/a/current: is a directory; expected a regular file";
    assert_eq!((error.error_type.as_str(), error.error_message.as_str()), ("volume_foreign", message));
}
