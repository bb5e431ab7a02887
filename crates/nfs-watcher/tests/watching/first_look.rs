//! The first look at a path that cannot be looked at: `watch` says so where it can, else the handler is told.

use std::path::Path;
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use nfs_watcher::NfsWatcher;
use notify::{Config, ErrorKind, Event, RecursiveMode, Result, Watcher};

use crate::stage::kind::*;
use crate::stage::{PATIENCE, Stage, is_rescan};
use crate::trouble::break_it;

fn watch(stage: &Stage, name: &str) -> Result<()> {
    stage.watcher.borrow_mut().watch(&stage.path(name), RecursiveMode::NonRecursive)
}

#[test]
fn a_failed_first_look_is_the_error_of_watch_and_the_path_is_not_watched() {
    let stage = Stage::new();
    break_it(&stage, "file");
    let error = watch(&stage, "file").unwrap_err();
    assert!(matches!(error.kind, ErrorKind::Io(_)), "{error:?}");
    assert_eq!(error.paths, [stage.path("file")]);
    // The caller knows; the handler is not told as well.
    stage.sees_nothing();
    stage.write("new", "one").rename("new", "file").sees_nothing();
    let unknown = stage.watcher.borrow_mut().unwatch(&stage.path("file")).unwrap_err();
    assert!(matches!(unknown.kind, ErrorKind::WatchNotFound), "{unknown:?}");
    stage.watch("file").write("file", "one two").sees(&[(RESIZED, "file")]);
}

#[test]
fn a_path_that_can_be_none_is_refused() {
    let stage = Stage::new();
    for name in ["a\0b", &"x".repeat(300), &format!("{}/file", "x".repeat(300))] {
        let error = watch(&stage, name).unwrap_err();
        assert_eq!(error.paths, [stage.path(name)]);
    }
    let error = stage.watcher.borrow_mut().watch(Path::new(""), RecursiveMode::NonRecursive).unwrap_err();
    assert!(matches!(error.kind, ErrorKind::PathNotFound), "{error:?}");
}

#[test]
fn a_watched_path_stays_watched_when_it_cannot_be_watched_anew() {
    let stage = Stage::new();
    stage.write("file", "one").watch("file");
    fs_err::rename(stage.path("file"), stage.path("aside")).unwrap();
    break_it(&stage, "file");
    watch(&stage, "file").unwrap_err();
    stage.rename("aside", "file").write("file", "one two").sees(&[(RESIZED, "file")]);
}

/// A file that is there at once with all that is in it, so that a watcher in a hurry tells of it once.
fn appear(stage: &Stage, name: &str) {
    stage.write("new", "one").rename("new", name);
}

/// A watcher whose thread waits in the handler for its first event, which is on its way.
fn stuck(stage: &Stage) -> (NfsWatcher, Sender<()>, Receiver<Result<Event>>) {
    let (tell, told) = mpsc::channel();
    let (release, released) = mpsc::channel();
    let handler = move |event| {
        tell.send(event).unwrap();
        let _ = released.recv();
    };
    let config = Config::default().with_poll_interval(Duration::from_millis(1));
    let mut watcher = NfsWatcher::new(handler, config).unwrap();
    watcher.watch(&stage.path("first"), RecursiveMode::NonRecursive).unwrap();
    appear(stage, "first");
    told.recv_timeout(PATIENCE).unwrap().unwrap();
    (watcher, release, told)
}

#[test]
fn a_first_look_that_watch_did_not_wait_for_is_told_by_a_rescan() {
    let stage = Stage::new();
    let (mut watcher, release, told) = stuck(&stage);
    watcher.watch(&stage.path("file"), RecursiveMode::NonRecursive).unwrap();
    drop(release);
    let event = told.recv_timeout(PATIENCE).unwrap().unwrap();
    assert!(is_rescan(&event), "{event:?}");
    assert_eq!(event.paths, [stage.path("file")]);
}

#[test]
fn a_failed_first_look_that_watch_did_not_wait_for_is_told_and_the_path_is_watched() {
    let stage = Stage::new();
    let (mut watcher, release, told) = stuck(&stage);
    break_it(&stage, "file");
    watcher.watch(&stage.path("file"), RecursiveMode::NonRecursive).unwrap();
    drop(release);
    assert_eq!(told.recv_timeout(PATIENCE).unwrap().unwrap_err().paths, [stage.path("file")]);
    appear(&stage, "file");
    assert_eq!(told.recv_timeout(PATIENCE).unwrap().unwrap().kind, CREATED);
    assert!(is_rescan(&told.recv_timeout(PATIENCE).unwrap().unwrap()));
}

#[test]
fn a_failed_first_look_of_a_watch_from_the_handler_is_told_and_the_path_is_watched() {
    let stage = Stage::new();
    let (tell, told) = mpsc::channel();
    let watcher = Arc::new(Mutex::new(None::<NfsWatcher>));
    let handler = {
        let (watcher, first, file) = (Arc::clone(&watcher), stage.path("first"), stage.path("file"));
        move |event: Result<Event>| {
            if event.as_ref().is_ok_and(|event| event.paths == [first.clone()]) {
                let mut watcher = watcher.lock().unwrap();
                watcher.as_mut().unwrap().watch(&file, RecursiveMode::NonRecursive).unwrap();
            }
            tell.send(event).unwrap();
        }
    };
    let config = Config::default().with_poll_interval(Duration::from_millis(1));
    let made = NfsWatcher::new(handler, config).unwrap();
    watcher.lock().unwrap().insert(made).watch(&stage.path("first"), RecursiveMode::NonRecursive).unwrap();
    break_it(&stage, "file");
    appear(&stage, "first");
    assert_eq!(told.recv_timeout(PATIENCE).unwrap().unwrap().paths, [stage.path("first")]);
    assert_eq!(told.recv_timeout(PATIENCE).unwrap().unwrap_err().paths, [stage.path("file")]);
    appear(&stage, "file");
    assert_eq!(told.recv_timeout(PATIENCE).unwrap().unwrap().kind, CREATED);
}
