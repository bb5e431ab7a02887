use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use nfs_watcher::NfsWatcher;
use notify::{Config, PollWatcher, RecommendedWatcher, RecursiveMode, Watcher};
use notify_debouncer_full::{DebounceEventResult, RecommendedCache, new_debouncer_opt};

use crate::stage::PATIENCE;

fn config() -> Config {
    Config::default().with_poll_interval(Duration::from_millis(5)).with_compare_contents(true)
}

/// Uses a watcher as any program uses any of notify's watchers.
fn reports_a_new_file<W: Watcher>(directory: &Path) {
    let (sender, events) = mpsc::channel();
    let mut watcher = W::new(sender, config()).unwrap();
    watcher.watch(directory, RecursiveMode::Recursive).unwrap();
    let path = directory.join("new");
    fs_err::write(&path, "one").unwrap();
    let event = events.recv_timeout(PATIENCE).unwrap().unwrap();
    assert!(event.kind.is_create(), "{event:?}");
    assert_eq!(event.paths, [path]);
    watcher.unwatch(directory).unwrap();
}

#[test]
fn it_replaces_any_other_watcher_of_notify() {
    reports_a_new_file::<RecommendedWatcher>(tempfile::tempdir().unwrap().path());
    reports_a_new_file::<PollWatcher>(tempfile::tempdir().unwrap().path());
    reports_a_new_file::<NfsWatcher>(tempfile::tempdir().unwrap().path());
}

#[test]
fn it_works_behind_the_debouncer() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("file");
    fs_err::write(&path, "one").unwrap();
    let (sender, events) = mpsc::channel::<DebounceEventResult>();
    let wait = Duration::from_millis(20);
    let mut debouncer =
        new_debouncer_opt::<_, NfsWatcher, _>(wait, None, sender, RecommendedCache::new(), config()).unwrap();
    debouncer.watch(&path, RecursiveMode::NonRecursive).unwrap();
    let expect = |what: &str| {
        let events = events.recv_timeout(PATIENCE).unwrap_or_else(|error| panic!("{what}: {error}")).unwrap();
        assert!(events.iter().any(|event| event.paths == [path.clone()]), "{what}: {events:?}");
    };
    fs_err::write(&path, "one two").unwrap();
    expect("an append");
    fs_err::write(directory.path().join("next"), "three").unwrap();
    fs_err::rename(directory.path().join("next"), &path).unwrap();
    expect("a replacement");
    fs_err::remove_file(&path).unwrap();
    expect("a removal");
}
