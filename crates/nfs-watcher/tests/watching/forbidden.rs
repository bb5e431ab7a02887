//! Missing permissions. They do not bind root, so under root these tests run in threads of another user.

use std::io::Write;
use std::os::unix::fs::PermissionsExt;

use notify::{EventKind, RecursiveMode, Watcher};
use rustix::process::{Uid, geteuid};
use rustix::thread::set_thread_res_uid;

use crate::stage::kind::*;
use crate::stage::{Stage, is_rescan};

/// Runs a test as a user other than root. The watcher's thread inherits the user.
fn as_a_user(test: fn(&Stage)) {
    let thread = std::thread::spawn(move || {
        let nobody = Uid::from_raw(65534);
        if geteuid().is_root()
            && let Err(error) = set_thread_res_uid(nobody, nobody, nobody)
        {
            println!("skipped: permissions do not bind root, and this process cannot change its user: {error}");
            return;
        }
        test(&Stage::new());
    });
    if let Err(panic) = thread.join() {
        std::panic::resume_unwind(panic);
    }
}

fn set_mode(stage: &Stage, name: &str, mode: u32) {
    fs_err::set_permissions(stage.path(name), PermissionsExt::from_mode(mode)).unwrap();
}

#[test]
fn a_file_in_a_directory_that_may_be_searched_but_not_listed_is_watched() {
    as_a_user(|stage| {
        stage.make_directory("dir").write("dir/file", "one").write("new", "three");
        set_mode(stage, "dir", 0o311);
        stage.watch("dir/file").watch("dir/late").sees_nothing();
        stage.write("dir/file", "one two").sees(&[(RESIZED, "dir/file")]);
        stage.rename("new", "dir/file").sees(&[(REPLACED, "dir/file")]);
        stage.remove("dir/file").sees(&[(REMOVED, "dir/file")]).sees_nothing();
        stage.write("dir/file", "one").write("dir/late", "one");
        stage.sees(&[(CREATED, "dir/file"), (CREATED, "dir/late")]);
        set_mode(stage, "dir", 0o700);
        stage.sees_nothing();
    });
}

#[test]
fn directories_above_it_need_not_be_listed_either() {
    as_a_user(|stage| {
        stage.make_directory("above/dir").watch("above/dir/below/file");
        set_mode(stage, "above/dir", 0o311);
        set_mode(stage, "above", 0o311);
        stage.sees_nothing();
        stage.make_directory("above/dir/below").write("above/dir/below/file", "one");
        stage.sees(&[(CREATED, "above/dir/below/file")]);
        set_mode(stage, "above", 0o700);
        set_mode(stage, "above/dir", 0o700);
    });
}

#[test]
fn a_file_that_may_not_be_read_is_watched() {
    as_a_user(|stage| {
        let mut file = fs_err::File::create(stage.path("file")).unwrap();
        set_mode(stage, "file", 0o000);
        stage.watch("file").sees_nothing();
        file.write_all(b"one").unwrap();
        stage.sees(&[(RESIZED, "file")]).sees_nothing();
        stage.write("new", "two").rename("new", "file").sees(&[(REPLACED, "file")]);
        stage.write("file", "one two").sees(&[(RESIZED, "file")]);
        set_mode(stage, "file", 0o000);
        stage.sees(&[(PERMISSIONS, "file")]).sees_nothing();
        stage.remove("file").sees(&[(REMOVED, "file")]);
    });
}

#[test]
fn a_file_that_may_not_be_reached_is_refused_and_not_watched() {
    as_a_user(|stage| {
        stage.make_directory("dir").write("dir/file", "one");
        set_mode(stage, "dir", 0o600);
        let path = stage.path("dir/file");
        let watch = || stage.watcher.borrow_mut().watch(&path, RecursiveMode::NonRecursive);
        let error = watch().unwrap_err();
        assert_eq!(error.paths, std::slice::from_ref(&path));
        assert!(error.to_string().contains("ermission denied"), "{error}");
        set_mode(stage, "dir", 0o700);
        stage.write("dir/file", "one two").sees_nothing();
        stage.watcher.borrow_mut().unwatch(&path).unwrap_err();
        watch().unwrap();
        stage.write("dir/file", "one").sees(&[(RESIZED, "dir/file")]);
    });
}

#[test]
fn a_directory_that_may_not_be_listed_is_refused_and_one_that_becomes_so_is_an_error() {
    as_a_user(|stage| {
        stage.make_directory("dir");
        set_mode(stage, "dir", 0o311);
        let path = stage.path("dir");
        stage.watcher.borrow_mut().watch(&path, RecursiveMode::NonRecursive).unwrap_err();
        set_mode(stage, "dir", 0o700);
        stage.watch("dir");
        set_mode(stage, "dir", 0o311);
        let events = stage.scan();
        assert_eq!(events.len(), 1, "{events:?}");
        assert_eq!(events[0].as_ref().unwrap_err().paths, [path]);
        stage.write("dir/file", "one").sees_nothing();
        set_mode(stage, "dir", 0o700);
        let events: Vec<_> = stage.scan().into_iter().map(Result::unwrap).collect();
        assert_eq!((events[0].kind, events[1].kind), (CREATED, EventKind::Other), "{events:?}");
        assert!(is_rescan(&events[1]));
    });
}

#[test]
fn names_in_a_directory_that_may_be_listed_but_not_searched_are_reported() {
    as_a_user(|stage| {
        stage.make_directory("dir/below").write("dir/below/old", "one");
        stage.watch_as("dir", RecursiveMode::Recursive);
        set_mode(stage, "dir/below", 0o400);
        stage.sees(&[(PERMISSIONS, "dir/below"), (PERMISSIONS, "dir/below/old")]).sees_nothing();
        set_mode(stage, "dir/below", 0o700);
        stage.write("dir/below/new", "one");
        set_mode(stage, "dir/below", 0o400);
        stage.write("dir/file", "one").sees(&[(CREATED, "dir/below/new"), (CREATED, "dir/file")]);
        set_mode(stage, "dir/below", 0o700);
        let expected = ["dir/below", "dir/below/new", "dir/below/old"].map(|name| (PERMISSIONS, name));
        stage.sees(&expected).sees_nothing();
    });
}

#[test]
fn unreadable_files_in_a_watched_directory_are_no_error() {
    as_a_user(|stage| {
        stage.make_directory("dir/closed").write("dir/closed/file", "one");
        let mut file = fs_err::File::create(stage.path("dir/file")).unwrap();
        set_mode(stage, "dir/closed", 0o000);
        set_mode(stage, "dir/file", 0o000);
        stage.watch_as("dir", RecursiveMode::Recursive).sees_nothing();
        file.write_all(b"one").unwrap();
        stage.sees(&[(RESIZED, "dir/file")]);
        set_mode(stage, "dir/closed", 0o700);
        stage.sees(&[(PERMISSIONS, "dir/closed"), (CREATED, "dir/closed/file")]);
    });
}
