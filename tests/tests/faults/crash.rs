//! A writer that is killed before each of its system calls.

use std::slice;

use anyhow::Result;

use crate::scene::{Scene, Start};
use crate::strace::{FileSystem, calls, killed_before};
use crate::tried::Tried;
use crate::undisturbed::{Make, Undisturbed, a_clear, a_file, a_post, a_publication, a_removal};

/// Kills the change before each of its calls.
fn survives_every_crash(on: FileSystem, starts: &[Start], make: Make) -> Result<()> {
    let mut tried = Tried::default();
    for start in starts {
        let undisturbed = Undisturbed::on(on, *start, make)?;
        for call in undisturbed.calls.iter().filter(|call| call.changes_something()) {
            let mut scene = Scene::new(*start)?;
            let change = make(&scene)?;
            let survived = killed_before(call, scene.path(), slice::from_ref(&change))
                .and_then(|()| undisturbed.look_and_retry(&mut scene, &change));
            tried.point(survived, || format!("{start:?}, {change:?}, killed before {call}"));
        }
    }
    tried.result()
}

#[test]
fn a_killed_post_is_made_or_not_and_its_retry_completes_it() -> Result<()> {
    survives_every_crash(FileSystem::Network, &Start::ALL, a_post)
}

#[test]
fn a_killed_post_on_a_local_file_system_is_made_or_not() -> Result<()> {
    survives_every_crash(FileSystem::Local, &Start::ALL, a_post)
}

#[test]
fn a_killed_removal_is_made_or_not_and_its_retry_completes_it() -> Result<()> {
    survives_every_crash(FileSystem::Network, &Start::ALL[1..], a_removal)
}

#[test]
fn a_killed_clear_is_made_or_not_and_its_retry_completes_it() -> Result<()> {
    survives_every_crash(FileSystem::Network, &Start::ALL, a_clear)
}

#[test]
fn a_killed_publication_is_made_or_not_and_its_retry_completes_it() -> Result<()> {
    survives_every_crash(FileSystem::Network, &Start::ALL, a_publication)
}

#[test]
fn a_killed_publication_of_a_file_is_made_or_not_and_its_retry_completes_it() -> Result<()> {
    survives_every_crash(FileSystem::Network, &Start::ALL, a_file)
}

/// The step between the calls at which the first try is killed.
const SAMPLED: usize = 4;

/// Kills the change before some of its calls, and its retry before each of its own.
fn survives_a_crash_of_the_retry(starts: &[Start], make: Make) -> Result<()> {
    let mut tried = Tried::default();
    for start in starts {
        let undisturbed = Undisturbed::new(*start, make)?;
        let changing = undisturbed.calls.iter().filter(|call| call.changes_something());
        for first in changing.step_by(SAMPLED) {
            let crashed = || {
                let scene = Scene::new(*start)?;
                let change = make(&scene)?;
                killed_before(first, scene.path(), slice::from_ref(&change))?;
                anyhow::Ok((scene, change))
            };
            let (scene, change) = crashed()?;
            for second in
                calls(first.on, scene.path(), slice::from_ref(&change))?.iter().filter(|call| call.changes_something())
            {
                let (mut scene, change) = crashed()?;
                let survived = killed_before(second, scene.path(), slice::from_ref(&change))
                    .and_then(|()| undisturbed.look_and_retry(&mut scene, &change));
                tried.point(survived, || format!("{start:?}, {change:?}, killed before {first}, then before {second}"));
            }
        }
    }
    tried.result()
}

#[test]
fn a_change_is_completed_after_its_retry_was_killed_too() -> Result<()> {
    for make in [a_post, a_clear, a_publication, a_file] as [Make; 4] {
        survives_a_crash_of_the_retry(&[Start::Empty, Start::Used], make)?;
    }
    Ok(())
}

#[test]
fn a_compaction_is_completed_after_its_retry_was_killed_too() -> Result<()> {
    survives_a_crash_of_the_retry(&[Start::TooLongSoon], a_post)
}
