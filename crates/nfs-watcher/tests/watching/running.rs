use std::sync::mpsc;
use std::time::{Duration, Instant};

use nfs_watcher::NfsWatcher;
use notify::{Config, ErrorKind, RecursiveMode, Watcher};

use crate::stage::{PATIENCE, Stage, eventually};

const HOURS: Duration = Duration::from_secs(10_000);

#[test]
fn the_poll_interval_of_the_config_is_kept() {
    let watcher = NfsWatcher::new(|_| {}, Config::default()).unwrap();
    assert_eq!(watcher.handle().interval(), Some(Duration::from_secs(30)));
    let watcher = NfsWatcher::new(|_| {}, Config::default().with_poll_interval(Duration::from_millis(3))).unwrap();
    eventually("ten scans without a request", || watcher.handle().scans() >= 10);
}

#[test]
fn an_interval_of_zero_is_refused() {
    let config = Config::default().with_poll_interval(Duration::ZERO);
    let error = NfsWatcher::new(|_| {}, config).unwrap_err();
    assert!(matches!(error.kind, ErrorKind::InvalidConfig(_)));
}

#[test]
fn a_shorter_interval_takes_effect_within_a_long_one() {
    let mut watcher = NfsWatcher::new(|_| {}, Config::default().with_poll_interval(HOURS)).unwrap();
    let handle = watcher.handle();
    assert_eq!(handle.scans(), 0);
    handle.set_interval(Duration::from_millis(1));
    eventually("scans", || handle.scans() > 3);
    assert!(watcher.configure(Config::default().with_poll_interval(HOURS)).unwrap());
    assert_eq!(handle.interval(), Some(HOURS));
}

#[test]
fn a_requested_scan_does_not_wait_for_the_interval() {
    let watcher = NfsWatcher::new(|_| {}, Config::default().with_poll_interval(HOURS)).unwrap();
    let handle = watcher.handle();
    std::thread::spawn({
        let handle = handle.clone();
        move || handle.scan_now()
    });
    eventually("a scan", || handle.scans() == 1);
    assert!(handle.last_scan().is_some());
}

#[test]
fn a_watcher_at_rest_is_not_silent() {
    let stage = Stage::new();
    stage.write("file", "one").watch("file").sees_nothing();
    assert_eq!(stage.handle.silent_for(), Duration::ZERO);
    assert!(stage.handle.is_running());
}

#[test]
fn an_unwatched_path_is_no_longer_reported_and_an_unknown_one_is_an_error() {
    let stage = Stage::new();
    stage.write("file", "one").watch("file");
    let path = stage.path("file");
    stage.watcher.borrow_mut().unwatch(&path).unwrap();
    stage.write("file", "one two").sees_nothing();
    assert!(matches!(stage.watcher.borrow_mut().unwatch(&path).unwrap_err().kind, ErrorKind::WatchNotFound));
}

#[test]
fn a_path_can_be_watched_from_the_event_handler() {
    use std::sync::{Arc, Mutex};
    let directory = tempfile::tempdir().unwrap();
    let (first, second) = (directory.path().join("first"), directory.path().join("second"));
    let (sender, events) = mpsc::channel();
    let watcher = Arc::new(Mutex::new(None::<NfsWatcher>));
    let made = NfsWatcher::new(
        {
            let (watcher, first, second) = (Arc::clone(&watcher), first.clone(), second.clone());
            move |event: notify::Result<notify::Event>| {
                let paths = event.unwrap().paths;
                if paths == [first.clone()] {
                    let mut watcher = watcher.lock().unwrap();
                    watcher.as_mut().unwrap().watch(&second, RecursiveMode::NonRecursive).unwrap();
                }
                sender.send(paths).unwrap();
            }
        },
        Config::default().with_poll_interval(Duration::from_millis(1)),
    );
    watcher.lock().unwrap().insert(made.unwrap()).watch(&first, RecursiveMode::NonRecursive).unwrap();
    fs_err::write(&first, "one").unwrap();
    assert_eq!(events.recv_timeout(PATIENCE).unwrap(), [first]);
    let handle = watcher.lock().unwrap().as_ref().unwrap().handle();
    let before = handle.scans();
    eventually("the second path was scanned", || handle.scans() > before + 2);
    fs_err::write(&second, "two").unwrap();
    assert_eq!(events.recv_timeout(PATIENCE).unwrap(), [second]);
}

#[test]
fn dropping_the_watcher_does_not_wait_for_a_thread_that_is_stuck_and_nothing_is_reported_afterwards() {
    let directory = tempfile::tempdir().unwrap();
    let (stuck, is_stuck) = mpsc::channel();
    let (release, released) = mpsc::channel::<()>();
    let mut watcher = NfsWatcher::new(
        move |_| {
            stuck.send(()).unwrap();
            let _ = released.recv();
        },
        Config::default().with_poll_interval(Duration::from_millis(1)),
    )
    .unwrap();
    watcher.watch(directory.path(), RecursiveMode::NonRecursive).unwrap();
    fs_err::write(directory.path().join("one"), "one").unwrap();
    is_stuck.recv_timeout(PATIENCE).unwrap();
    fs_err::write(directory.path().join("two"), "two").unwrap();
    let handle = watcher.handle();
    let began = Instant::now();
    drop(watcher);
    assert!(began.elapsed() < PATIENCE);
    assert!(!handle.is_running());
    release.send(()).unwrap();
    // The handler is dropped with its thread, and with it the sender: nothing came before that.
    assert_eq!(is_stuck.recv_timeout(PATIENCE), Err(mpsc::RecvTimeoutError::Disconnected));
}

#[test]
fn a_handler_that_panics_is_visible_to_the_owner() {
    let directory = tempfile::tempdir().unwrap();
    let handler = |_| panic!("the handler of this test panics");
    let config = Config::default().with_poll_interval(Duration::from_millis(1));
    let mut watcher = NfsWatcher::new(handler, config).unwrap();
    watcher.watch(directory.path(), RecursiveMode::NonRecursive).unwrap();
    fs_err::write(directory.path().join("file"), "one").unwrap();
    let handle = watcher.handle();
    eventually("the thread has ended", || !handle.is_running());
    assert!(watcher.watch(directory.path(), RecursiveMode::NonRecursive).is_err());
}

#[test]
fn the_times_of_the_newest_scans_are_known_and_of_no_more_than_500() {
    let watcher = NfsWatcher::new(|_| {}, Config::default().with_poll_interval(Duration::from_millis(1))).unwrap();
    let (handle, begin) = (watcher.handle(), Instant::now());
    eventually("600 scans", || handle.scans() >= 600);
    let times = handle.scans_since(begin);
    assert_eq!(times.len(), 500);
    assert!(times.is_sorted() && handle.scans_since(Instant::now() + HOURS).is_empty());
}
