//! Compares the constants of this crate with `contract.json`.

use serde_json::{Value, json};

use crate::limits::{
    DEFAULT_KEEP_MESSAGES, DEFAULT_MESSAGE_CHARS, DEFAULT_RETRY_WINDOW, KEPT_GENERATIONS, KEPT_REJECTED,
    MAX_AUTHOR_CHARS, MAX_DOCUMENT_BYTES, MAX_EVENT_BYTES, MAX_FILE_BYTES, MAX_FILES, MAX_GENERATION,
    MAX_KEEP_MESSAGES, MAX_LOG_BYTES, MAX_MESSAGE_CHARS, MAX_NOTE_CHARS,
};
use crate::open::{DIRECTORY_MODE, FILE_MODE};
use crate::volume::Volume;

fn contract() -> Value {
    serde_json::from_str(include_str!("../../../contract.json")).unwrap()
}

#[test]
fn the_limits_are_those_of_the_contract() {
    let limits = &contract()["limits"];
    for (name, value) in [
        ("message_chars_max", json!(MAX_MESSAGE_CHARS)),
        ("message_chars_default", json!(DEFAULT_MESSAGE_CHARS)),
        ("keep_messages_max", json!(MAX_KEEP_MESSAGES)),
        ("keep_messages_default", json!(DEFAULT_KEEP_MESSAGES)),
        ("author_chars", json!(MAX_AUTHOR_CHARS)),
        ("event_bytes", json!(MAX_EVENT_BYTES)),
        ("note_chars", json!(MAX_NOTE_CHARS)),
        ("document_bytes", json!(MAX_DOCUMENT_BYTES)),
        ("log_bytes", json!(MAX_LOG_BYTES)),
        ("generations_kept", json!(KEPT_GENERATIONS)),
        ("rejected_kept", json!(KEPT_REJECTED)),
        ("generation_max", json!(MAX_GENERATION)),
        ("file_bytes", json!(MAX_FILE_BYTES)),
        ("files_max", json!(MAX_FILES)),
    ] {
        assert_eq!(limits[name], value, "limits.{name}");
    }
}

#[test]
fn the_retry_window_is_that_of_the_contract() {
    assert_eq!(contract()["times"]["retry_window_s"], json!(DEFAULT_RETRY_WINDOW.as_secs()));
}

#[test]
fn the_paths_are_those_of_the_contract() {
    let wall = Volume::new("").wall(None);
    let files = json!({
        "log": wall.content(),
        "config": wall.config(),
        "history": wall.history(),
        "rejected": wall.rejected(),
        "retries": wall.retries(),
        "trash": wall.trash(),
        "files": wall.files(),
        "lock": wall.writer_lock(),
    });
    assert_eq!(contract()["paths"]["files"], files);
}

#[test]
fn the_modes_are_those_of_the_contract() {
    let users = &contract()["users"];
    assert_eq!(users["directory_mode"], json!(format!("{DIRECTORY_MODE:o}")));
    assert_eq!(users["file_mode"], json!(format!("{FILE_MODE:o}")));
}
