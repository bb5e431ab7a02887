//! Direct invocations, as the reader's page and the AWS CLI send them.

use serde_json::{Value, json};

use crate::harness::Function;

#[tokio::test]
async fn a_message_is_posted_read_and_cleared() {
    let function = Function::new();
    let posted = function.answer(json!({"command": "post", "text": "Hello", "author": "ann"})).await;
    assert_eq!(posted["repeated"], false);
    let read = function.answer(json!({"command": "read"})).await;
    assert_eq!(read["messages"], json!([posted["message"]]));
    assert_eq!(read["older"], Value::Null);

    function.answer(json!({"command": "post", "text": "again", "author": null})).await;
    let last = function.answer(json!({"command": "read", "limit": 1})).await;
    assert_eq!(last["messages"][0]["text"], "again");
    assert_eq!(last["wall"], read["wall"]);
    assert_eq!(last["older"], read["cursor"]);

    let cleared = function.answer(json!({"command": "clear"})).await;
    assert_eq!(cleared["cleared"], true);
    let empty = function.answer(json!({"command": "read"})).await;
    assert_eq!((&empty["wall"], &empty["messages"]), (&cleared["wall"], &json!([])));
}

#[tokio::test]
async fn a_command_with_an_event_id_is_executed_once() {
    let function = Function::new();
    let post = json!({"command": "post", "text": "once", "event": "order-17"});
    let first = function.answer(post.clone()).await;
    let again = function.answer(post).await;
    assert_eq!((&first["repeated"], &again["repeated"]), (&json!(false), &json!(true)));
    assert_eq!(first["message"], again["message"]);

    let change = json!({"command": "change_config", "patch": {"title": "A"}, "event": "order-18"});
    let first = function.answer(change.clone()).await;
    function.configure(json!({"title": "B"})).await;
    let again = function.answer(change).await;
    assert_eq!((&first["repeated"], &again["repeated"]), (&json!(false), &json!(true)));
    assert_eq!(first["generation"], again["generation"]);
    assert_eq!(function.wall().await, "once\n");
}

#[tokio::test]
async fn a_cleared_wall_is_restored_once() {
    let function = Function::new();
    for text in ["one", "two"] {
        function.answer(json!({"command": "post", "text": text})).await;
    }
    let wall = function.answer(json!({"command": "read"})).await["wall"].clone();
    function.answer(json!({"command": "clear", "event": "c"})).await;
    let restore = json!({"command": "restore", "wall": wall, "event": "r"});
    assert_eq!(function.answer(restore.clone()).await, json!({"restored": 2, "repeated": false}));
    function.answer(json!({"command": "clear", "event": "d"})).await;
    assert_eq!(function.answer(restore).await, json!({"restored": 2, "repeated": true}));
    assert_eq!(function.wall().await, "No message yet.", "the retry restores nothing");
    let unknown = json!({"command": "restore", "wall": "01KAS000000000000000000000"});
    let message = "wall: nothing of the wall 01KAS000000000000000000000 can be restored";
    check_refused(&function, unknown, 404, "restore_nothing", "wall", message).await;
    let invalid = function.answer(json!({"command": "restore", "wall": "../trash"})).await;
    assert_eq!((&invalid["error"], &invalid["field"]), (&json!("command_invalid"), &json!("wall")));
}

#[tokio::test]
async fn the_configuration_is_changed_published_and_rolled_back() {
    let function = Function::new();
    let patch = json!({"title": "Party", "banner": {"text": "Hi", "tone": "warning"}});
    let change =
        json!({"command": "change_config", "patch": patch, "expected_generation": 0, "note": "the party begins"});
    let changed = function.answer(change).await;
    assert_eq!((&changed["generation"], &changed["repeated"]), (&json!(1), &json!(false)));
    assert_eq!(changed["config"]["banner"], json!({"text": "Hi", "tone": "warning"}));
    let cause = &changed["cause"];
    assert_eq!((&cause["source"], &cause["note"]), (&json!("direct"), &json!("the party begins")));
    assert_eq!((&cause["event"], &cause["request"]), (&json!("lambda:request-0"), &json!("request-0")));
    assert_eq!(changed["published_at"], cause["at"]);
    assert!(cause["received"].as_str() <= cause["at"].as_str(), "{cause}");

    let published = function.answer(json!({"command": "publish_config", "config": {"accent": "#112233"}})).await;
    assert_eq!(published["config"]["title"], "MessageWall", "a whole document keeps nothing of the one before");

    let back = function.answer(json!({"command": "rollback_config", "generation": 1})).await;
    assert_eq!((&back["generation"], &back["config"]), (&json!(3), &changed["config"]));
    let on_disk: Value = serde_json::from_slice(&fs_err::read(function.path("config.json")).unwrap()).unwrap();
    assert_eq!((&on_disk["generation"], &on_disk["config"]), (&json!(3), &changed["config"]));
}

/// Sends a command that must be refused because of `field`.
async fn check_refused<'a>(
    function: &Function,
    command: Value,
    status: u16,
    error: &str,
    field: impl Into<Option<&'a str>>,
    message: &str,
) {
    let answer = function.answer(command).await;
    assert_eq!(answer, json!({"error": error, "message": message, "field": field.into(), "status": status}));
}

#[tokio::test]
async fn a_command_that_breaks_a_rule_is_refused_with_a_stable_name() {
    let function = Function::new();
    let post = |text: &str| json!({"command": "post", "text": text});
    let change = |patch: Value| json!({"command": "change_config", "patch": patch});
    check_refused(&function, post(" "), 400, "message_empty", "text", "text: the message is empty").await;
    let long = "text: the message has 501 characters, at most 500 are allowed";
    check_refused(&function, post(&"x".repeat(501)), 413, "message_too_long", "text", long).await;
    let author = json!({"command": "post", "text": "x", "author": ""});
    check_refused(&function, author, 400, "author_invalid", "author", "author: must be 1 to 80 characters on one line")
        .await;
    for mut command in [post("x"), change(json!({}))] {
        command["event"] = json!("e".repeat(257));
        check_refused(&function, command, 400, "event_id_invalid", "event", "event: must be 1 to 256 bytes").await;
    }

    let tone = "banner.tone: unknown variant `loud`, expected one of `info`, `success`, `warning`, `danger`";
    let loud = json!({"banner": {"text": "x", "tone": "loud"}});
    check_refused(&function, change(loud.clone()), 400, "config_invalid", "config.banner.tone", tone).await;
    let publish = json!({"command": "publish_config", "config": loud});
    check_refused(&function, publish, 400, "config_invalid", "config.banner.tone", tone).await;
    let patch = "patch: must be a JSON object (a merge patch, RFC 7396)";
    check_refused(&function, change(json!("title")), 400, "config_invalid", "patch", patch).await;

    for (array, place, field) in
        [(json!([]), "configuration", "config"), (json!({"banner": ["Hi"]}), "banner", "config.banner")]
    {
        let message = format!("{place}: invalid type: sequence, expected a JSON object");
        let command = json!({"command": "publish_config", "config": array});
        check_refused(&function, command, 400, "config_invalid", field, &message).await;
    }

    let unknown = "generation: 7 is not in the history";
    check_refused(
        &function,
        json!({"command": "rollback_config", "generation": 7}),
        404,
        "generation_unknown",
        "generation",
        unknown,
    )
    .await;
    let conflict = json!({"command": "change_config", "patch": {}, "expected_generation": 3});
    let message = "expected_generation: 3 was expected, 0 is in force";
    check_refused(&function, conflict, 409, "generation_conflict", "expected_generation", message).await;

    let note = json!({"command": "change_config", "patch": {}, "note": "n".repeat(501)});
    check_refused(&function, note, 400, "config_invalid", "note", "note: must have at most 500 characters").await;
    let unknown = "id: there is no message \"7\" on this wall";
    check_refused(&function, json!({"command": "remove", "id": "7"}), 404, "message_unknown", "id", unknown).await;

    assert!(!function.path("config.json").exists());
    function.configure(json!({"posting": "closed"})).await;
    check_refused(&function, post("x"), 403, "posting_closed", None, "posting is closed on this wall").await;
    assert_eq!(function.wall().await, "No message yet.");
}

#[tokio::test]
async fn a_command_that_cannot_be_parsed_is_refused_with_the_place() {
    let function = Function::new();
    for (command, field, message) in [
        (json!({"command": 7}), "command", "command: must be a string"),
        (json!({"command": "post"}), "text", "post: missing field `text`"),
        (json!({"command": "post", "text": 7}), "text", "post.text: invalid type: integer `7`, expected a string"),
        (
            json!({"command": "post", "text": "x", "colour": "red"}),
            "colour",
            "post.colour: unknown field `colour`, expected one of `text`, `picture`, `author`, `event`, `source`",
        ),
        (json!({"command": "read", "limit": 0}), "limit", "read.limit: must be 1 to 10000, is 0"),
        (
            json!({"command": "clear", "all": true}),
            "all",
            "clear.all: unknown field `all`, expected `event` or `source`",
        ),
        (json!({"command": "change_config"}), "patch", "change_config: missing field `patch`"),
        (
            json!({"command": "rollback_config", "generation": -1}),
            "generation",
            "rollback_config.generation: invalid value: integer `-1`, expected u64",
        ),
    ] {
        check_refused(&function, command, 400, "command_invalid", field, message).await;
    }
    let known = "post, read, clear, restore, remove, change_config, publish_config, rollback_config, publish_file, \
                 rollback_file, file_history";
    let message = format!("command: \"drop\" is none of {known}");
    check_refused(&function, json!({"command": "drop"}), 400, "command_unknown", "command", &message).await;
}
