//! A first scan that fails: `watch` returns the error if it can, otherwise the handler receives it.

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
fn a_failed_first_scan_is_the_error_of_watch_and_the_path_is_not_watched() {
    let stage = Stage::new();
    break_it(&stage, "file");
    let error = watch(&stage, "file").unwrap_err();
    assert!(matches!(error.kind, ErrorKind::Io(_)), "{error:?}");
    assert_eq!(error.paths, [stage.path("file")]);
    // The caller has the error, so the handler does not receive it too.
    stage.sees_nothing();
    stage.write("new", "one").rename("new", "file").sees_nothing();
    let unknown = stage.watcher.borrow_mut().unwatch(&stage.path("file")).unwrap_err();
    assert!(matches!(unknown.kind, ErrorKind::WatchNotFound), "{unknown:?}");
    stage.watch("file").write("file", "one two").sees(&[(RESIZED, "file")]);
}

#[test]
fn an_invalid_path_is_refused() {
    let stage = Stage::new();
    for name in ["a\0b", &"x".repeat(300), &format!("{}/file", "x".repeat(300))] {
        let error = watch(&stage, name).unwrap_err();
        assert_eq!(error.paths, [stage.path(name)]);
    }
    let error = stage.watcher.borrow_mut().watch(Path::new(""), RecursiveMode::NonRecursive).unwrap_err();
    assert!(matches!(error.kind, ErrorKind::PathNotFound), "{error:?}");
}

#[test]
fn a_watched_path_stays_watched_when_watching_it_again_fails() {
    let stage = Stage::new();
    stage.write("file", "one").watch("file");
    fs_err::rename(stage.path("file"), stage.path("aside")).unwrap();
    break_it(&stage, "file");
    watch(&stage, "file").unwrap_err();
    stage.rename("aside", "file").write("file", "one two").sees(&[(RESIZED, "file")]);
}

/// Creates a file together with its content, so that a fast watcher reports it once.
fn appear(stage: &Stage, name: &str) {
    stage.write("new", "one").rename("new", name);
}

/// Returns a watcher whose thread is blocked in the handler of its first event.
fn stuck(stage: &Stage) -> (NfsWatcher, Sender<()>, Receiver<Result<Event>>) {
    let (sender, events) = mpsc::channel();
    let (release, released) = mpsc::channel();
    let handler = move |event| {
        sender.send(event).unwrap();
        let _ = released.recv();
    };
    let config = Config::default().with_poll_interval(Duration::from_millis(1));
    let mut watcher = NfsWatcher::new(handler, config).unwrap();
    watcher.watch(&stage.path("first"), RecursiveMode::NonRecursive).unwrap();
    appear(stage, "first");
    events.recv_timeout(PATIENCE).unwrap().unwrap();
    (watcher, release, events)
}

#[test]
fn a_first_scan_that_watch_did_not_wait_for_is_reported_by_a_rescan() {
    let stage = Stage::new();
    let (mut watcher, release, events) = stuck(&stage);
    watcher.watch(&stage.path("file"), RecursiveMode::NonRecursive).unwrap();
    drop(release);
    let event = events.recv_timeout(PATIENCE).unwrap().unwrap();
    assert!(is_rescan(&event), "{event:?}");
    assert_eq!(event.paths, [stage.path("file")]);
}

#[test]
fn a_failed_first_scan_that_watch_did_not_wait_for_is_reported_and_the_path_is_watched() {
    let stage = Stage::new();
    let (mut watcher, release, events) = stuck(&stage);
    break_it(&stage, "file");
    watcher.watch(&stage.path("file"), RecursiveMode::NonRecursive).unwrap();
    drop(release);
    assert_eq!(events.recv_timeout(PATIENCE).unwrap().unwrap_err().paths, [stage.path("file")]);
    appear(&stage, "file");
    assert_eq!(events.recv_timeout(PATIENCE).unwrap().unwrap().kind, CREATED);
    assert!(is_rescan(&events.recv_timeout(PATIENCE).unwrap().unwrap()));
}

#[test]
fn a_failed_first_scan_of_a_watch_from_the_handler_is_reported_and_the_path_is_watched() {
    let stage = Stage::new();
    let (sender, events) = mpsc::channel();
    let watcher = Arc::new(Mutex::new(None::<NfsWatcher>));
    let handler = {
        let (watcher, first, file) = (Arc::clone(&watcher), stage.path("first"), stage.path("file"));
        move |event: Result<Event>| {
            if event.as_ref().is_ok_and(|event| event.paths == [first.clone()]) {
                let mut watcher = watcher.lock().unwrap();
                watcher.as_mut().unwrap().watch(&file, RecursiveMode::NonRecursive).unwrap();
            }
            sender.send(event).unwrap();
        }
    };
    let config = Config::default().with_poll_interval(Duration::from_millis(1));
    let made = NfsWatcher::new(handler, config).unwrap();
    watcher.lock().unwrap().insert(made).watch(&stage.path("first"), RecursiveMode::NonRecursive).unwrap();
    break_it(&stage, "file");
    appear(&stage, "first");
    assert_eq!(events.recv_timeout(PATIENCE).unwrap().unwrap().paths, [stage.path("first")]);
    assert_eq!(events.recv_timeout(PATIENCE).unwrap().unwrap_err().paths, [stage.path("file")]);
    appear(&stage, "file");
    assert_eq!(events.recv_timeout(PATIENCE).unwrap().unwrap().kind, CREATED);
}
