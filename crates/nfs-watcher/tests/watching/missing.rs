use crate::stage::Stage;
use crate::stage::kind::*;

#[test]
fn a_file_that_does_not_exist_yet_is_watched() {
    let stage = Stage::new();
    stage.watch("late").sees_nothing();
    stage.write("late", "here").sees(&[(CREATED, "late")]);
    stage.write("late", "here too").sees(&[(RESIZED, "late")]);
}

#[test]
fn a_deleted_and_re_created_file_is_reported_both_times() {
    let stage = Stage::new();
    stage.write("file", "one").watch("file");
    for _ in 0..3 {
        stage.remove("file").sees(&[(REMOVED, "file")]).sees_nothing();
        stage.write("file", "one").sees(&[(CREATED, "file")]);
    }
}

#[test]
fn a_file_deleted_and_re_created_between_two_scans_is_reported() {
    let stage = Stage::new();
    stage.write("file", "one").watch("file");
    // Another file holds the old inode number, or the new file might get it.
    fs_err::hard_link(stage.path("file"), stage.path("keeps-the-inode")).unwrap();
    stage.scan();
    stage.remove("file").write("file", "two").sees(&[(REPLACED, "file")]);
}

#[test]
fn a_file_is_found_when_the_directories_above_it_appear() {
    let stage = Stage::new();
    stage.watch("a/b/file").sees_nothing();
    stage.make_directory("a").sees_nothing();
    stage.make_directory("a/b").sees_nothing();
    stage.write("a/b/file", "one").sees(&[(CREATED, "a/b/file")]);
    stage.remove("a").sees(&[(REMOVED, "a/b/file")]);
    stage.make_directory("a/b").write("a/b/file", "two").sees(&[(CREATED, "a/b/file")]);
}

#[test]
fn a_file_in_the_place_of_a_parent_directory_is_no_error() {
    let stage = Stage::new();
    stage.write("a", "not a directory").watch("a/file").sees_nothing();
    stage.remove("a").make_directory("a").write("a/file", "one").sees(&[(CREATED, "a/file")]);
}

#[test]
fn a_directory_that_does_not_exist_yet_is_watched_with_its_content() {
    let stage = Stage::new();
    stage.watch("dir").sees_nothing();
    stage.make_directory("dir").write("dir/file", "one");
    stage.sees(&[(FOLDER_CREATED, "dir"), (CREATED, "dir/file")]);
}

#[test]
fn a_dangling_link_is_watched_until_its_target_exists() {
    let stage = Stage::new();
    fs_err::os::unix::fs::symlink("target", stage.path("link")).unwrap();
    stage.watch("link").sees_nothing();
    stage.write("target", "one").sees(&[(CREATED, "link")]);
    stage.write("target", "longer").sees(&[(RESIZED, "link")]);
}
