use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, SystemTime};

use crate::stage::Stage;
use crate::stage::kind::*;

#[test]
fn an_unchanged_file_is_not_reported() {
    let stage = Stage::new();
    stage.write("file", "one").watch("file");
    stage.sees_nothing().sees_nothing();
}

#[test]
fn an_append_is_reported_once() {
    let stage = Stage::new();
    stage.write("file", "one").watch("file");
    stage.write("file", "one two").sees(&[(RESIZED, "file")]).sees_nothing();
}

#[test]
fn a_rewrite_of_the_same_length_within_the_same_second_is_reported() {
    let stage = Stage::new();
    let second = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    stage.write("file", "one").set_modified("file", second + Duration::from_millis(1)).watch("file");
    stage.write("file", "two").set_modified("file", second + Duration::from_millis(2));
    stage.sees(&[(REWRITTEN, "file")]);
}

#[test]
fn a_rewrite_that_puts_the_old_modification_time_back_is_reported_as_a_possible_change_of_content() {
    let stage = Stage::new();
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    stage.write("file", "one").set_modified("file", time).watch("file");
    let watched = stage.path("file").metadata().unwrap();
    // The change time cannot be set; the file system's clock has to step on first.
    crate::stage::eventually("another change time", || {
        use std::os::unix::fs::MetadataExt;
        stage.write("file", "two").set_modified("file", time);
        stage.path("file").metadata().unwrap().ctime_nsec() != watched.ctime_nsec()
    });
    stage.sees(&[(PERHAPS_REWRITTEN, "file")]);
}

#[test]
fn a_file_replaced_by_an_older_one_is_reported() {
    let stage = Stage::new();
    stage.write("file", "new").watch("file");
    stage.write("old", "old").set_modified("old", SystemTime::UNIX_EPOCH).rename("old", "file");
    stage.sees(&[(REPLACED, "file")]).sees_nothing();
}

#[test]
fn every_one_of_many_replacements_in_one_second_is_reported() {
    let stage = Stage::new();
    stage.write("file", "0").watch("file");
    for number in 0..100 {
        stage.write("next", &format!("{}", number % 10)).rename("next", "file").sees(&[(REPLACED, "file")]);
    }
}

#[test]
fn a_changed_mode_is_reported_as_such() {
    let stage = Stage::new();
    stage.write("file", "one").watch("file");
    fs_err::set_permissions(stage.path("file"), PermissionsExt::from_mode(0o600)).unwrap();
    stage.sees(&[(PERMISSIONS, "file")]).sees_nothing();
}

#[test]
fn a_file_that_became_a_directory_is_removed_and_created() {
    let stage = Stage::new();
    stage.write("thing", "one").watch("thing");
    stage.remove("thing").make_directory("thing");
    stage.sees(&[(REMOVED, "thing"), (FOLDER_CREATED, "thing")]);
}

#[test]
fn a_link_that_points_to_another_file_is_reported() {
    let stage = Stage::new();
    stage.write("first", "one").write("second", "two");
    fs_err::os::unix::fs::symlink("first", stage.path("link")).unwrap();
    stage.watch("link");
    fs_err::os::unix::fs::symlink("second", stage.path("new-link")).unwrap();
    stage.rename("new-link", "link").sees(&[(REPLACED, "link")]);
    stage.write("second", "changed").sees(&[(RESIZED, "link")]);
}

#[test]
fn reading_a_file_is_no_change() {
    let stage = Stage::new();
    stage.write("file", "one").watch("file");
    assert_eq!(fs_err::read_to_string(stage.path("file")).unwrap(), "one");
    stage.sees_nothing();
}
