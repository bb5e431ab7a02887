//! A writer that is stopped, loses its lock to another one, and goes on, as a frozen host does after the end of its lease.

use std::slice;

use anyhow::{Context, Result, ensure};
use tests::{Change, Changed};

use crate::another::Another;
use crate::scene::{Scene, Start, State, post};
use crate::stopped::Stopped;
use crate::strace::{Call, FileSystem};
use crate::tried::Tried;
use crate::undisturbed::{Make, Undisturbed, a_clear, a_file, a_post, a_publication, a_removal};

/// The changes that the other writer makes with success while this one is stopped.
fn others(stalled: &Change) -> [Change; 2] {
    let (text, event) = ("by another".to_owned(), "test:published-by-another".to_owned());
    let publication = match stalled {
        Change::File { .. } => Change::File { content: text, event },
        _ => Change::Title { title: text, event },
    };
    [post("by another", "test:by-another"), publication]
}

/// Stops the change after each of its calls. Another writer gets the lock too and makes its changes. Then the first one
/// goes on.
fn keeps_changes_of_others(on: FileSystem, starts: &[Start], make: Make) -> Result<()> {
    let mut tried = Tried::default();
    for start in starts {
        let undisturbed = Undisturbed::on(on, *start, make)?;
        // From the state in the lock file, a writer reads the holder of the lock.
        let is_begin = |call: &Call| call.name == "pread64" && call.shown.contains("/writer.lock>");
        let begin = undisturbed.calls.iter().position(is_begin).context("the state was not read")?;
        for (at, call) in undisturbed.calls.iter().enumerate() {
            for other in 0..2 {
                let scene = Scene::new(*start)?;
                let change = make(&scene)?;
                let other = &others(&change)[other];
                let has_begun = at >= begin;
                let kept = stall(&scene, call, has_begun, &change, other);
                tried.point(kept, || format!("{start:?}, {change:?} stalled after {call}, then {other:?}"));
            }
        }
    }
    tried.result()
}

fn stall(scene: &Scene, call: &Call, has_begun: bool, change: &Change, other: &Change) -> Result<()> {
    let mut another = Another::start(scene.path())?;
    let stopped = Stopped::after(call, scene.path(), slice::from_ref(change), &[])?;
    let acknowledged = matches!(another.make(other)?, Changed::Made { repeated: false, .. });
    // A clear that has not begun removes the messages that the other one wrote before.
    let comes_later = matches!(change, Change::Clear { .. }) && !has_begun;
    let then = State::read(&scene.dir)?;
    let answers = stopped.go_on().context("the stalled writer")?;
    if acknowledged && !comes_later {
        is_kept(scene, &then, other).with_context(|| format!("the stalled writer was answered {answers:?}"))?;
    }
    for again in [change, other] {
        scene.make(again).context("the retry")?;
        ensure!(scene.make(again)?, "a second retry was not recognised");
    }
    let state = State::read(&scene.dir)?;
    let times = state.ours.iter().filter(|text| *text == "new").count();
    ensure!(times <= 1, "a doubled message: {state:?}");
    Ok(())
}

/// Checks that the changes of the other writer are still there.
fn is_kept(scene: &Scene, then: &State, other: &Change) -> Result<()> {
    let state = State::read(&scene.dir)?;
    // Before the first publication, a configuration that is not in force may appear in the history and disappear.
    ensure!(
        then.fault.is_some() || state.generation >= then.generation,
        "the generation went back: {state:?}\n after {then:?}"
    );
    match other {
        Change::Post { text, .. } => {
            let times = state.ours.iter().filter(|found| *found == text).count();
            ensure!(times == 1, "an acknowledged message is there {times} times: {state:?}\n after {then:?}");
        }
        Change::File { content, .. } => {
            ensure!(state.file.has(content), "a publication of a file is gone: {state:?}\n after {then:?}");
        }
        _ => {
            let published = (then.generation, then.title.clone());
            ensure!(state.history.contains(&published), "a publication is gone: {state:?}\n after {then:?}");
        }
    }
    Ok(())
}

#[test]
fn an_acknowledged_change_survives_a_post_that_stalled() -> Result<()> {
    keeps_changes_of_others(FileSystem::Network, &[Start::Used, Start::LateLine], a_post)
}

#[test]
fn an_acknowledged_change_survives_a_post_that_stalled_on_a_local_file_system() -> Result<()> {
    keeps_changes_of_others(FileSystem::Local, &[Start::Used], a_post)
}

#[test]
fn an_acknowledged_change_survives_a_compaction_that_stalled() -> Result<()> {
    keeps_changes_of_others(FileSystem::Network, &[Start::TooLongSoon], a_post)
}

#[test]
fn an_acknowledged_change_survives_a_publication_that_stalled() -> Result<()> {
    keeps_changes_of_others(FileSystem::Network, &[Start::Used], a_publication)
}

#[test]
fn an_acknowledged_change_survives_a_removal_that_stalled() -> Result<()> {
    keeps_changes_of_others(FileSystem::Network, &[Start::Used], a_removal)
}

#[test]
fn an_acknowledged_change_survives_a_clear_that_stalled() -> Result<()> {
    keeps_changes_of_others(FileSystem::Network, &[Start::Used], a_clear)
}

#[test]
fn an_acknowledged_change_survives_a_publication_of_a_file_that_stalled() -> Result<()> {
    keeps_changes_of_others(FileSystem::Network, &[Start::Used], a_file)
}

#[test]
fn a_retry_of_a_file_is_kept_when_the_first_attempt_goes_on_after_it() -> Result<()> {
    let mut tried = Tried::default();
    for call in Undisturbed::new(Start::Used, a_file)?.calls {
        let scene = Scene::new(Start::Used)?;
        let change = a_file(&scene)?;
        let kept = retry_while_stalled(&scene, &call, &change);
        tried.point(kept, || format!("stalled after {call}"));
    }
    tried.result()
}

fn retry_while_stalled(scene: &Scene, call: &Call, change: &Change) -> Result<()> {
    let mut another = Another::start(scene.path())?;
    let stopped = Stopped::after(call, scene.path(), slice::from_ref(change), &[])?;
    let answer = another.make(change)?;
    ensure!(matches!(answer, Changed::Made { .. }), "the retry: {answer:?}");
    let then = State::read(&scene.dir)?;
    let answers = stopped.go_on().context("the stalled writer")?;
    let state = State::read(&scene.dir)?;
    ensure!(state.file == then.file && state.file.is_whole(), "{state:?}\n after {then:?} and {answers:?}");
    Ok(())
}
