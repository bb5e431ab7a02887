//! Pipes, sockets, devices and dangling links.

use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;
use std::sync::mpsc;

use notify::event::{AccessKind, CreateKind, RemoveKind};
use notify::{Config, EventKind, RecommendedWatcher, RecursiveMode, Watcher};

use crate::stage::kind::*;
use crate::stage::{PATIENCE, Stage};

const OTHER_CREATED: EventKind = EventKind::Create(CreateKind::Other);
const OTHER_REMOVED: EventKind = EventKind::Remove(RemoveKind::Other);

/// A name, a function that creates the file, and whether it exists for a caller that follows links.
type Special = (&'static str, fn(&Path), bool);

const SPECIAL: [Special; 5] = [
    ("pipe", make_pipe, true),
    ("socket", |path| drop(UnixListener::bind(path).unwrap()), true),
    ("device", |path| link("/dev/null", path), true),
    ("dangling link", |path| link("nowhere", path), false),
    ("link to itself", |path| link(path.file_name().unwrap().to_str().unwrap(), path), false),
];

fn make_pipe(path: &Path) {
    assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
}

fn link(target: &str, path: &Path) {
    fs_err::os::unix::fs::symlink(target, path).unwrap();
}

#[test]
fn a_special_file_is_watched_and_so_is_the_file_that_replaces_it() {
    for (name, make, exists) in SPECIAL {
        println!("{name}");
        let stage = Stage::new();
        make(&stage.path("name"));
        stage.watch("name").sees_nothing().sees_nothing();
        let gone = if exists { &[(OTHER_REMOVED, "name")][..] } else { &[] };
        stage.write("new", "one").rename("new", "name").sees(&[gone, &[(CREATED, "name")]].concat());
        stage.write("name", "one two").sees(&[(RESIZED, "name")]).sees_nothing();
    }
}

#[test]
fn a_special_file_in_the_place_of_a_watched_one_is_reported_and_so_is_the_file_that_replaces_it() {
    for (name, make, exists) in SPECIAL {
        println!("{name}");
        let stage = Stage::new();
        stage.write("name", "one").watch("name").remove("name");
        make(&stage.path("name"));
        let here = if exists { &[(OTHER_CREATED, "name")][..] } else { &[] };
        stage.sees(&[&[(REMOVED, "name")], here].concat()).sees_nothing();
        let gone = if exists { &[(OTHER_REMOVED, "name")][..] } else { &[] };
        stage.write("new", "one").rename("new", "name").sees(&[gone, &[(CREATED, "name")]].concat());
        stage.write("name", "one two").sees(&[(RESIZED, "name")]);
    }
}

#[test]
fn a_special_file_in_a_watched_directory_is_reported_and_so_is_the_file_that_replaces_it() {
    for (name, make, _) in SPECIAL {
        println!("{name}");
        let stage = Stage::new();
        stage.make_directory("dir").write("dir/other", "one").watch_as("dir", RecursiveMode::Recursive);
        make(&stage.path("dir/name"));
        stage.sees(&[(OTHER_CREATED, "dir/name")]).sees_nothing();
        stage.write("dir/other", "one two").sees(&[(RESIZED, "dir/other")]);
        stage.write("new", "one").rename("new", "dir/name");
        stage.sees(&[(OTHER_REMOVED, "dir/name"), (CREATED, "dir/name")]);
        stage.write("dir/name", "one two").sees(&[(RESIZED, "dir/name")]);
    }
}

#[test]
fn a_file_whose_directory_is_a_link_to_itself_is_watched_until_the_directory_exists() {
    let stage = Stage::new();
    link("dir", &stage.path("dir"));
    stage.watch("dir/file").sees_nothing();
    fs_err::remove_file(stage.path("dir")).unwrap();
    stage.make_directory("dir").write("dir/file", "one").sees(&[(CREATED, "dir/file")]);
}

#[test]
fn a_device_itself_is_watched() {
    let stage = Stage::new();
    stage.watcher.borrow_mut().watch(Path::new("/dev/null"), RecursiveMode::NonRecursive).unwrap();
    stage.sees_nothing().sees_nothing();
}

#[test]
fn a_watched_pipe_is_never_opened() {
    let stage = Stage::new();
    make_pipe(&stage.path("pipe"));
    let (sender, events) = mpsc::channel();
    let mut witness = RecommendedWatcher::new(sender, Config::default()).unwrap();
    witness.watch(&stage.path("pipe"), RecursiveMode::NonRecursive).unwrap();
    stage.watch("pipe").sees_nothing().sees_nothing();
    // An earlier open of the pipe would be reported before this one.
    drop(fs_err::OpenOptions::new().read(true).write(true).open(stage.path("pipe")).unwrap());
    let mut opened = 0;
    loop {
        match events.recv_timeout(PATIENCE).unwrap().unwrap().kind {
            EventKind::Access(AccessKind::Open(_)) => opened += 1,
            EventKind::Access(AccessKind::Close(_)) => break,
            _ => {}
        }
    }
    assert_eq!(opened, 1);
}
