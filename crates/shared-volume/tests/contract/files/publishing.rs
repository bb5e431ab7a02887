//! The effect of a publication, and its refusals.

use std::os::unix::fs::PermissionsExt;

use serde_json::Value;
use shared_volume::files::{FileChange, FileError, FileName, FileOutcome, FileRequest, FileState, generation, history};

use super::support::{NAME, name, request, validated, version};
use crate::support::TestWall;

#[test]
fn a_published_file_has_its_bytes_and_its_history_an_envelope() {
    let wall = TestWall::new();
    let bytes = "tier: gold\n# \u{e9}\n".as_bytes();
    let published = version(wall.try_publish_file(request(NAME, bytes, Some("test:1"))).unwrap());
    assert_eq!(wall.current(NAME), bytes);
    let envelope: Value = serde_json::from_slice(&fs_err::read(wall.file(NAME).history_file(1)).unwrap()).unwrap();
    let field = |name: &str| envelope[name].clone();
    assert_eq!((field("generation"), field("size"), field("encoding")), (1.into(), 16.into(), "text".into()));
    assert_eq!(field("content"), std::str::from_utf8(bytes).unwrap());
    assert_eq!(field("sha256"), published.sha256.unwrap());
    assert_eq!((&envelope["cause"]["event"], &envelope["applied"][0]["event"]), (&"test:1".into(), &"test:1".into()));
    for (path, mode) in [(wall.file(NAME).current(), 0o640), (wall.file(NAME).history(), 0o750)] {
        assert_eq!(fs_err::metadata(path).unwrap().permissions().mode() & 0o777, mode);
    }
    let left: Vec<_> = fs_err::read_dir(wall.dir.files()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, [NAME], "no temporary file is left");
}

#[test]
fn bytes_that_are_no_text_come_back_from_the_history() {
    let wall = TestWall::new();
    for bytes in [&b"\xff\xfe\0binary"[..], b"\x01 is a control character", b"", "\u{feff}text".as_bytes()] {
        let generation = wall.publish_file(bytes);
        assert_eq!(self::generation(&wall.file(NAME), generation).unwrap().unwrap().content.bytes(), bytes);
        assert_eq!(wall.current(NAME), bytes);
    }
    let encoding = |generation| {
        let json = fs_err::read(wall.file(NAME).history_file(generation)).unwrap();
        serde_json::from_slice::<Value>(&json).unwrap()["encoding"].as_str().unwrap().to_owned()
    };
    assert_eq!([1, 2, 3, 4].map(encoding), ["base64", "base64", "text", "text"]);
}

#[test]
fn a_publication_for_another_generation_is_refused_and_zero_means_none_yet() {
    let wall = TestWall::new();
    let expecting = |expected, bytes: &[u8]| {
        let expected_generation = Some(expected);
        wall.try_publish_file(FileRequest { expected_generation, ..request(NAME, bytes, None) })
    };
    assert!(matches!(expecting(1, b"early"), Err(FileError::Conflict { expected: 1, current: 0 })));
    assert!(!wall.dir.files().exists(), "a refusal has no effect");
    expecting(0, b"one").unwrap();
    let error = expecting(0, b"late").unwrap_err();
    assert_eq!((error.name(), error.field().as_deref()), ("generation_conflict", Some("expected_generation")));
    assert_eq!(wall.current(NAME), b"one");
    assert_eq!(wall.generations(), [1]);
}

#[test]
fn a_rollback_publishes_an_earlier_generation_again() {
    let wall = TestWall::new();
    for bytes in [b"one", b"two"] {
        wall.publish_file(bytes);
    }
    let back = |generation| FileRequest { change: FileChange::Rollback(generation), ..request(NAME, b"", None) };
    assert_eq!(version(wall.try_publish_file(back(1)).unwrap()).generation, 3);
    assert_eq!(wall.current(NAME), b"one");
    assert_eq!(history(&wall.file(NAME), 1).unwrap()[0].cause.restored, Some(1));
    for unknown in [0, 9] {
        assert_eq!(wall.try_publish_file(back(unknown)).unwrap_err().name(), "generation_unknown");
    }
    assert_eq!(wall.generations(), [3, 2, 1]);
}

#[test]
fn a_file_with_a_schema_is_validated_and_a_refused_one_has_no_effect() {
    let wall = TestWall::new();
    assert_eq!(validated(&wall, request(NAME, b"anything", None)).1, 0, "there is no schema");
    fs_err::write(wall.file(NAME).schema(), "port: ").unwrap();
    let (refused, calls) = validated(&wall, request(NAME, b"prt: 1", Some("test:1")));
    let error = refused.unwrap_err();
    assert_eq!((error.name(), error.field().as_deref(), calls), ("file_invalid", Some("content"), 1));
    assert_eq!(error.to_string(), "content: /port: is no number");
    assert_eq!((wall.generations(), wall.current(NAME)), (vec![1], b"anything".to_vec()));
    validated(&wall, request(NAME, b"port: 1", Some("test:1"))).0.unwrap();
    let back = FileRequest { change: FileChange::Rollback(1), ..request(NAME, b"", None) };
    assert_eq!(validated(&wall, back).0.unwrap_err().name(), "file_invalid", "the schema is newer than the generation");
    let (again, calls) = validated(&wall, request(NAME, b"port: 1", Some("test:1")));
    assert!(matches!(again.unwrap(), FileOutcome::Repeated(_)) && calls == 0, "a retry is not validated");
}

#[test]
fn an_edited_or_deleted_file_is_told_and_the_next_publication_gets_the_next_generation() {
    let wall = TestWall::new();
    wall.publish_file(b"one");
    wall.publish_file(b"two");
    assert_eq!(wall.fault(), "");
    for (edit, expected) in [(Some("by hand"), "another program"), (None, "is missing"), (Some("by hand"), "another")] {
        match edit {
            Some(bytes) => fs_err::write(wall.file(NAME).current(), bytes).unwrap(),
            None => fs_err::remove_file(wall.file(NAME).current()).unwrap(),
        }
        let (told, generation) = (wall.fault(), wall.generations()[0]);
        assert!(told.contains(expected), "{told}");
        match wall.try_publish_file(request(NAME, b"next", None)).unwrap() {
            FileOutcome::Published { version, ended } => {
                assert_eq!((version.generation, ended.unwrap().to_string()), (generation + 1, told));
            }
            other => panic!("{other:?}"),
        }
        assert_eq!((wall.fault(), wall.current(NAME)), (String::new(), b"next".to_vec()));
    }
}

#[test]
fn a_damaged_generation_is_passed_over_and_its_number_is_not_used_again() {
    let wall = TestWall::new();
    wall.publish_file(b"one");
    wall.publish_file(b"two");
    let path = wall.file(NAME).history_file(2);
    let whole = fs_err::read_to_string(&path).unwrap();
    for damaged in [&whole[..whole.len() / 2], &whole.replace("\"two\"", "\"TWO\""), ""] {
        fs_err::write(&path, damaged).unwrap();
        assert_eq!((wall.state().generation(), wall.generations()), (1, vec![1]));
        assert!(wall.fault().contains("another program"), "{}", wall.fault());
    }
    assert_eq!(wall.publish_file(b"three"), 3);
    assert_eq!(wall.fault(), "");
}

#[test]
fn names_are_safe_in_paths() {
    let longest = "x".repeat(100);
    for valid in ["a", "app.yaml", "A-Z_0.9", "..a".trim_start_matches('.'), &longest] {
        assert_eq!(valid.parse::<FileName>().unwrap().as_str(), valid);
    }
    let too_long = "x".repeat(101);
    for invalid in ["", ".", "..", ".hidden", "a/b", "a b", "a\0", "caf\u{e9}", "a\n", &too_long] {
        let error = invalid.parse::<FileName>().unwrap_err().to_string();
        assert!(error.contains("1 to 100"), "{error}");
    }
    assert_eq!((name("App.YAML").ending().as_deref(), name("Caddyfile").ending()), (Some("yaml"), None));
}

#[test]
fn a_file_that_was_never_published_has_no_fault() {
    let wall = TestWall::new();
    let state = FileState::read(&wall.file("never")).unwrap();
    assert_eq!((state.generation(), state.fault()), (0, None));
}
