//! The bounds of files.

use shared_volume::files::{MAX_FILE_BYTES, MAX_FILES, generation};

use super::support::{NAME, request, version};
use crate::support::TestWall;

#[test]
fn the_largest_file_fits_whatever_it_contains_and_a_larger_one_is_refused() {
    let wall = TestWall::in_memory();
    let largest = usize::try_from(MAX_FILE_BYTES).unwrap();
    for byte in [b'x', b'\n', b'"', 0, 1, 0x7f, 0xff] {
        let bytes = vec![byte; largest];
        let published = wall.publish_file(&bytes);
        assert_eq!(generation(&wall.file(NAME), published).unwrap().unwrap().content.bytes(), bytes, "{byte}");
        assert_eq!(wall.fault(), "");
    }
    let error = wall.try_publish_file(request("large", &vec![b'x'; largest + 1], None)).unwrap_err();
    assert_eq!((error.name(), error.field().as_deref()), ("file_too_large", Some("content")));
    assert!(!wall.file("large").path().exists());
}

#[test]
fn there_are_at_most_1000_names_and_known_ones_go_on() {
    let wall = TestWall::in_memory();
    wall.publish_file(b"one");
    for number in 1..MAX_FILES {
        fs_err::create_dir(wall.dir.files().join(format!("file-{number}"))).unwrap();
    }
    let error = wall.try_publish_file(request("one-more", b"one", None)).unwrap_err();
    assert_eq!((error.name(), error.field().as_deref()), ("files_too_many", Some("name")));
    assert_eq!(wall.publish_file(b"two"), 2);
    wall.try_publish_file(request("file-7", b"one", None)).unwrap();
}

#[test]
fn the_newest_200_generations_are_kept() {
    let wall = TestWall::in_memory();
    let mut writer = wall.another_writer();
    fs_err::create_dir_all(wall.file(NAME).history_file(0)).unwrap();
    for number in 1..=203_u64 {
        let outcome = super::support::publish_by(&mut writer, request(NAME, number.to_string().as_bytes(), None));
        assert_eq!(version(outcome.unwrap()).generation, number);
    }
    let generations = wall.generations();
    assert_eq!((generations.len(), generations[0], generations[199]), (200, 203, 4));
}
