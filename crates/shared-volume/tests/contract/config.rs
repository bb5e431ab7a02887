//! Publishing configurations: generations, retries, conflicts, history, damage.

use serde_json::{Value, json};
use shared_volume::config::{Change, Config, Fault, PublishError, generation, history, in_force, read};

use crate::support::TestWall;

fn title(wall: &TestWall) -> String {
    in_force(&wall.dir).unwrap().published.config.title.to_string()
}

#[test]
fn a_new_volume_has_the_defaults_and_no_fault() {
    let wall = TestWall::new();
    let found = in_force(&wall.dir).unwrap();
    assert_eq!((found.published.generation, found.fault), (0, None));
    let config = found.published.config;
    assert_eq!((config.max_message_chars.get(), config.keep_messages.get()), (500, 1000));
}

#[test]
fn a_patch_changes_its_fields_and_null_means_the_default() {
    let wall = TestWall::new();
    wall.patch(json!({"title": "Release wall", "banner": {"text": "Freeze", "tone": "warning"}})).unwrap();
    wall.patch(json!({"banner": {"text": "Thaw"}})).unwrap();
    let config = wall.patch(json!({"title": null})).unwrap().config;
    assert_eq!(serde_json::to_value(&config.banner).unwrap(), json!({"text": "Thaw", "tone": "warning"}));
    assert_eq!(&*config.title, "MessageWall");
}

#[test]
fn a_generation_never_decreases() {
    let wall = TestWall::new();
    wall.patch(json!({"title": "one"})).unwrap();
    wall.patch(json!({"title": "two"})).unwrap();
    fs_err::remove_file(wall.dir.config()).unwrap();
    assert_eq!(wall.patch(json!({"accent": "#123456"})).unwrap().generation, 3);
    assert_eq!(title(&wall), "two", "the patch is applied to the last published configuration");
    fs_err::write(wall.dir.config(), json!({"generation": 50, "config": {}}).to_string()).unwrap();
    assert_eq!(wall.patch(json!({})).unwrap().generation, 51);
}

#[test]
fn a_rollback_becomes_a_new_generation() {
    let wall = TestWall::new();
    wall.patch(json!({"title": "one"})).unwrap();
    wall.patch(json!({"title": "two"})).unwrap();
    let published = wall.publish(Change::Rollback(1), None, None).unwrap();
    assert_eq!((published.generation, &*published.config.title), (3, "one"));
    let error = wall.publish(Change::Rollback(9), None, None).unwrap_err();
    assert_eq!(error.name(), "generation_unknown");
}

#[test]
fn a_change_for_another_generation_is_refused() {
    let wall = TestWall::new();
    wall.patch(json!({"title": "one"})).unwrap();
    let error = wall.publish(Change::Patch(json!({"title": "late"})), Some(0), None).unwrap_err();
    assert!(matches!(error, PublishError::Conflict { expected: 0, current: 1 }), "{error}");
    assert_eq!(title(&wall), "one");
}

#[test]
fn a_retry_publishes_nothing_and_gets_its_first_answer_even_after_other_changes() {
    let wall = TestWall::new();
    let first = wall.publish(Change::Patch(json!({"title": "one"})), Some(0), Some("e-1")).unwrap();
    wall.patch(json!({"title": "two"})).unwrap();
    let again = wall.publish(Change::Patch(json!({"title": "one"})), Some(0), Some("e-1")).unwrap();
    assert_eq!(again, first);
    assert_eq!(title(&wall), "two");
}

#[test]
fn an_invalid_change_is_refused_with_its_field_and_changes_nothing() {
    let check = |change: Value, expected: &str| {
        let wall = TestWall::new();
        wall.patch(json!({"title": "good"})).unwrap();
        let error = wall.patch(change).unwrap_err();
        assert_eq!(error.name(), "config_invalid");
        assert!(error.to_string().contains(expected), "{error}");
        assert_eq!(in_force(&wall.dir).unwrap().published.generation, 1);
        assert_eq!(history(&wall.dir, 10).unwrap().len(), 1);
    };
    check(json!({"titel": "typo"}), "titel: unknown field `titel`");
    check(json!({"": "no name"}), "configuration: unknown field ``");
    check(json!({"banner": {"text": "x", "tone": "loud"}}), "banner.tone: unknown variant `loud`");
    check(json!({"banner": {"text": ""}}), "banner.text: must not be empty");
    check(json!({"accent": "red"}), "accent: must be a colour");
    check(json!({"keep_messages": 0}), "keep_messages: must be 1 to 10000, is 0");
    check(json!({"max_message_chars": 4001}), "max_message_chars: must be 1 to 4000, is 4001");
    check(json!({"posting": "maybe"}), "posting: unknown variant `maybe`");
    check(json!({"blocked_words": ["ok", ""]}), "blocked_words[1]: must not be empty");
    check(json!({"title": 7}), "title: invalid type");
    check(json!(["no", "object"]), "patch: must be a JSON object");
}

#[test]
fn every_published_configuration_is_in_the_history() {
    let wall = TestWall::new();
    for number in 1..=12 {
        wall.patch(json!({"title": number.to_string()})).unwrap();
    }
    let titles: Vec<_> = history(&wall.dir, 3).unwrap().into_iter().map(|one| one.config.title.to_string()).collect();
    assert_eq!(titles, ["12", "11", "10"]);
    assert_eq!(&*generation(&wall.dir, 2).unwrap().unwrap().config.title, "2");
    assert!(generation(&wall.dir, 13).unwrap().is_none());
}

#[test]
fn a_damaged_file_is_a_fault_and_the_last_published_configuration_is_in_force() {
    let check = |bytes: &str, expected: &str| {
        let wall = TestWall::new();
        wall.patch(json!({"title": "good"})).unwrap();
        fs_err::write(wall.dir.config(), bytes).unwrap();
        let found = in_force(&wall.dir).unwrap();
        assert_eq!(&*found.published.config.title, "good");
        let fault = found.fault.unwrap().to_string();
        assert!(fault.contains(expected), "{fault}");
        wall.patch(json!({"title": "healed"})).unwrap();
        assert_eq!(in_force(&wall.dir).unwrap().fault, None);
    };
    check("", "the document is empty");
    check("{\"generation\":1,\"conf", "EOF while parsing");
    check("{\"generation\":1,\"config\":{}} trailing", "trailing characters");
    check("{\"config\":{}}", "missing field `generation`");
    check("{\"generation\":1,\"config\":{\"keep_messages\":-1}}", "config.keep_messages: must be 1 to 10000");
    check("{\"generation\":1,\"confg\":{}}", "unknown field `confg`");
}

#[test]
fn a_person_may_edit_the_file_by_hand() {
    let wall = TestWall::new();
    fs_err::write(wall.dir.config(), json!({"generation": 7, "config": {"title": "By hand"}}).to_string()).unwrap();
    assert_eq!(read(&wall.dir).unwrap().unwrap().generation, 7);
    fs_err::remove_file(wall.dir.config()).unwrap();
    assert_eq!(read(&wall.dir).unwrap(), Err(Fault::Missing));
}

#[test]
fn files_of_a_crashed_writer_are_removed() {
    let wall = TestWall::new();
    wall.patch(json!({"title": "one"})).unwrap();
    let leftover = wall.dir.path().join(".config.json.01ARZ3NDEKTSV4RRFFQ69G5FAV.tmp");
    fs_err::write(&leftover, "half").unwrap();
    let ahead = wall.dir.history_file(2);
    fs_err::write(&ahead, "half").unwrap();
    assert_eq!(wall.patch(json!({"title": "two"})).unwrap().generation, 3);
    assert!(!leftover.exists());
    assert_eq!(history(&wall.dir, 10).unwrap().len(), 2, "a damaged file in `history/` is skipped");
}

#[test]
fn the_schema_has_the_bounds_of_the_validation() {
    let schema = Config::schema();
    let field = |name: &str| schema["properties"][name].clone();
    assert_eq!(
        (field("keep_messages")["minimum"].clone(), field("keep_messages")["maximum"].clone()),
        (json!(1), json!(10000))
    );
    assert_eq!(field("max_message_chars")["maximum"], json!(4000));
    assert_eq!(schema["additionalProperties"], json!(false));
    let text = schema.to_string();
    assert!(text.contains("^#[0-9a-fA-F]{6}$") && text.contains("\"maxLength\":120"), "{text}");
}

#[test]
fn a_configuration_that_no_reader_could_read_is_refused() {
    let wall = TestWall::new();
    wall.patch(json!({"title": "Before"})).unwrap();
    let words: Vec<String> = (0..1000).map(|number| format!("{number:04}{}", "\u{1F600}".repeat(90))).collect();
    let refused = wall.patch(json!({"blocked_words": words})).unwrap_err();
    assert_eq!((refused.name(), refused.field().as_deref()), ("config_invalid", Some("config")));
    assert!(refused.to_string().contains("262144"), "{refused}");
    assert_eq!(in_force(&wall.dir).unwrap().published.generation, 1);
    assert_eq!(history(&wall.dir, 10).unwrap().len(), 1);
}
