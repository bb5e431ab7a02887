use notify::{Config, RecursiveMode};

use crate::stage::Stage;
use crate::stage::kind::*;

#[test]
fn names_created_removed_and_replaced_in_a_directory_are_reported() {
    let stage = Stage::new();
    stage.make_directory("dir").write("dir/old", "one").watch("dir").sees_nothing();
    stage.write("dir/new", "one").sees(&[(CREATED, "dir/new")]);
    stage.write("dir/temporary", "two").rename("dir/temporary", "dir/new").sees(&[(REPLACED, "dir/new")]);
    stage.remove("dir/old").sees(&[(REMOVED, "dir/old")]).sees_nothing();
}

#[test]
fn a_file_rewritten_in_a_directory_is_reported() {
    let stage = Stage::new();
    stage.make_directory("dir").write("dir/file", "one").watch("dir");
    stage.write("dir/file", "one two").sees(&[(RESIZED, "dir/file")]);
}

#[test]
fn a_file_renamed_in_a_directory_is_removed_and_created() {
    let stage = Stage::new();
    stage.make_directory("dir").write("dir/from", "one").watch("dir");
    stage.rename("dir/from", "dir/to").sees(&[(REMOVED, "dir/from"), (CREATED, "dir/to")]);
}

#[test]
fn files_in_subdirectories_are_reported_only_when_recursive() {
    for (mode, expected) in [
        (RecursiveMode::NonRecursive, vec![(FOLDER_CREATED, "dir/below")]),
        (RecursiveMode::Recursive, vec![(FOLDER_CREATED, "dir/below"), (CREATED, "dir/below/file")]),
    ] {
        let stage = Stage::new();
        stage.make_directory("dir").watch_as("dir", mode);
        stage.make_directory("dir/below").write("dir/below/file", "one").sees(&expected);
    }
}

#[test]
fn a_removed_tree_is_reported_from_the_leaves_up() {
    let stage = Stage::new();
    stage.make_directory("dir/below").write("dir/below/file", "one").watch_as("dir", RecursiveMode::Recursive);
    stage.remove("dir").sees(&[(REMOVED, "dir/below/file"), (FOLDER_REMOVED, "dir/below"), (FOLDER_REMOVED, "dir")]);
}

#[test]
fn a_directory_renamed_over_a_watched_one_is_reported_with_its_content() {
    let stage = Stage::new();
    stage.make_directory("dir").watch("dir");
    stage.make_directory("other").write("other/file", "one").rename("other", "dir");
    stage.sees(&[(REPLACED, "dir"), (CREATED, "dir/file")]);
}

#[test]
fn a_link_to_a_directory_above_is_not_followed_in_a_circle() {
    let stage = Stage::new();
    stage.make_directory("dir/below");
    fs_err::os::unix::fs::symlink("..", stage.path("dir/below/up")).unwrap();
    stage.watch_as("dir", RecursiveMode::Recursive).sees_nothing();
    stage.write("dir/below/file", "one").sees(&[(CREATED, "dir/below/file")]);
}

#[test]
fn links_in_a_directory_are_followed_unless_disabled() {
    for follow in [true, false] {
        let stage = Stage::with(Config::default().with_follow_symlinks(follow));
        stage.make_directory("dir").write("outside", "one");
        fs_err::os::unix::fs::symlink("../outside", stage.path("dir/link")).unwrap();
        stage.watch_as("dir", RecursiveMode::Recursive).write("outside", "one two");
        stage.sees(if follow { &[(RESIZED, "dir/link")] } else { &[] });
    }
}
