//! The configuration: documents, envelopes and merge patches.

use ::support::fuzz::{Fuzzer, Input, Verdict};
use serde_json::{Value, json};
use shared_volume::config::{Config, ConfigError, MAX_GENERATION, PublishError, Published, in_force};
use shared_volume::json::distinct;
use shared_volume::limits::MAX_DOCUMENT_BYTES;

use super::schema::Schema;
use crate::support::TestWall;

fn seeds() -> Vec<Vec<u8>> {
    let banner = json!({ "text": "Freeze", "tone": "warning" });
    let full = json!({
        "title": "Wall", "banner": banner, "accent": "#123abc", "posting": "closed", "max_message_chars": 280,
        "keep_messages": 50, "blocked_words": ["darn", "two words"],
    });
    let wall = TestWall::in_memory();
    wall.patch(full.clone()).unwrap();
    let envelope: Value = serde_json::from_slice(&fs_err::read(wall.dir.config()).unwrap()).unwrap();
    let by_hand = json!({ "generation": 7, "config": { "title": "By hand" } });
    let small = [json!({}), json!({ "title": null, "banner": { "text": "Hi" } }), json!({ "keep_messages": 5e2 })];
    let all = [full, envelope, by_hand].into_iter().chain(small);
    all.map(|seed| seed.to_string().into_bytes()).collect()
}

/// A wall whose configuration people edit, and another one that gets patches.
struct Stage {
    by_hand: TestWall,
    patched: TestWall,
    schema: Schema,
}

#[test]
fn any_configuration_is_accepted_as_it_is_or_refused_with_its_place() {
    let stage = Stage { by_hand: TestWall::in_memory(), patched: TestWall::in_memory(), schema: Schema::new() };
    let words = ["\"posting\":\"open\"", "\"accent\":", "#d9480f", "\"generation\":", "\"config\":", "\"banner\":null"];
    Fuzzer::new("configurations", seeds()).words(words).run(|input| {
        let config = Config::from_json(&input.bytes);
        match &config {
            Ok(config) => check_config(config, &stage.schema),
            Err(error) => check_place(error),
        }
        check_file(&stage.by_hand, &input.bytes);
        let value = std::str::from_utf8(&input.bytes).ok().and_then(|text| distinct(text).ok());
        if let Some(value) = value {
            let parsed = Config::from_value(value.clone());
            assert_eq!(parsed.is_ok(), stage.schema.allows(&value), "the schema disagrees: {parsed:?}");
            check_patch(&stage.patched, value, input);
        }
        Verdict::of(&config.or_else(|_| Published::from_json(&input.bytes, 0).map(|published| published.config)))
    });
}

/// Checks that a configuration is written as it was read, and keeps the limits of the schema.
fn check_config(config: &Config, schema: &Schema) {
    let written = serde_json::to_value(config).unwrap();
    assert!(schema.allows(&written), "{written}");
    assert_eq!(Config::from_json(written.to_string().as_bytes()).as_ref(), Ok(config));
}

fn check_place(error: &ConfigError) {
    let text = error.to_string();
    assert!(!error.path.is_empty() && !error.problem.is_empty(), "{text}");
    assert!(error.field().starts_with("config"), "{text}");
}

/// Checks that a configuration that a person has saved is in force, or its fault is known.
fn check_file(wall: &TestWall, bytes: &[u8]) {
    if bytes.len() as u64 > MAX_DOCUMENT_BYTES {
        return;
    }
    fs_err::write(wall.dir.config(), bytes).unwrap();
    let found = in_force(&wall.dir).unwrap();
    match Published::from_json(bytes, 0) {
        Ok(published) => {
            assert_eq!((&found.published, found.fault), (&published, None));
            assert!(published.generation <= MAX_GENERATION);
            // Times are written with three digits.
            let written = serde_json::to_vec(&published).unwrap();
            let read = Published::from_json(&written, 0).unwrap();
            assert_eq!((&read.config, read.generation), (&published.config, published.generation));
            assert_eq!(Published::from_json(&serde_json::to_vec(&read).unwrap(), 0).as_ref(), Ok(&read));
        }
        Err(error) => {
            check_place(&error);
            let fault = found.fault.unwrap().to_string();
            assert!(fault.starts_with("config.json: "), "{fault}");
            assert_eq!(found.published, Published::initial());
        }
    }
}

/// Checks that a merge patch changes the configuration in force as RFC 7396 says, or changes nothing.
fn check_patch(wall: &TestWall, patch: Value, input: &Input) {
    // A publication waits for the disk.
    if input.choose(0, 8) != 0 {
        return;
    }
    let before = in_force(&wall.dir).unwrap().published;
    let mut expected = serde_json::to_value(&before.config).unwrap();
    json_patch::merge(&mut expected, &patch);
    let expected = Config::from_value(expected).ok().filter(|_| patch.is_object());
    match wall.patch(patch) {
        Ok(published) => {
            assert_eq!(Some(&published.config), expected.as_ref());
            assert_eq!(in_force(&wall.dir).unwrap().published, published);
        }
        Err(PublishError::Invalid(error)) => {
            assert!(expected.is_none(), "{error}");
            let field = error.field();
            assert!(field == "patch" || field.starts_with("config"), "{field}");
            assert_eq!(in_force(&wall.dir).unwrap().published, before);
        }
        Err(error) => panic!("{error}"),
    }
}
