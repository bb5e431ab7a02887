//! The number of system calls of an append. It does not depend on the machine, as a time does.

use anyhow::Result;

use crate::scene::{Scene, Start, long_text, post};
use crate::strace::{Call, FileSystem, calls};

/// The most system calls that an append may make on the files of a wall, on a local file system.
const MOST_CALLS: usize = 30;

/// Returns the system calls of the last of three appends by one writer.
fn calls_of_an_append(start: Start) -> Result<Vec<Call>> {
    let scene = Scene::new(start)?;
    let changes = [1, 2, 3].map(|number| post(&format!("message {number}"), &format!("test:count-{number}")));
    let calls = calls(FileSystem::Local, scene.path(), &changes)?;
    let last = calls.iter().rposition(|call| call.name == "flock" && call.shown.contains("LOCK_EX"));
    // A debug build checks each descriptor before it closes it.
    let is_check = |call: &Call| call.shown.contains("F_GETFD");
    Ok(calls.into_iter().skip(last.unwrap_or(0)).filter(|call| !is_check(call)).collect())
}

#[test]
fn an_append_on_a_local_file_system_syncs_one_file_once() -> Result<()> {
    let calls = calls_of_an_append(Start::Used)?;
    let syncs: Vec<&str> =
        calls.iter().filter(|call| call.name.contains("sync")).map(|call| call.shown.as_str()).collect();
    assert!(matches!(syncs[..], [sync] if sync.contains("/content")), "{syncs:#?}");
    Ok(())
}

#[test]
fn an_append_on_a_local_file_system_releases_the_lock_before_it_syncs() -> Result<()> {
    let calls = calls_of_an_append(Start::Used)?;
    let place = |name: &str, shown: &str| calls.iter().position(|call| call.name == name && call.shown.contains(shown));
    let (unlocked, synced) = (place("flock", "LOCK_UN"), place("fsync", "/content"));
    assert!(unlocked.is_some() && unlocked < synced, "{unlocked:?}, {synced:?}");
    Ok(())
}

#[test]
fn events_are_stored_after_the_messages_that_they_have_posted_are_durable() -> Result<()> {
    let scene = Scene::new(Start::ManyEvents)?;
    let calls = calls(FileSystem::Local, scene.path(), &[post(&long_text("last"), "test:last")])?;
    let place = |name: &str, shown: &str| calls.iter().position(|call| call.name == name && call.shown.contains(shown));
    let (synced, stored) = (place("fsync", "/content"), place("write", "/retries/"));
    assert!(synced.is_some() && synced < stored, "{synced:?}, {stored:?}");
    Ok(())
}

#[test]
fn an_append_makes_no_more_system_calls_than_recorded() -> Result<()> {
    let calls = calls_of_an_append(Start::Used)?;
    let shown: Vec<&str> = calls.iter().map(|call| call.shown.as_str()).collect();
    assert!(calls.len() <= MOST_CALLS, "{} system calls: {shown:#?}", calls.len());
    Ok(())
}
