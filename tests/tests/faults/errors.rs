//! Failing system calls of a writer.

use anyhow::{Context, Result, ensure};
use tests::{Change, Changed};

use crate::scene::{Scene, Start, State};
use crate::strace::failing_at;
use crate::tried::Tried;
use crate::undisturbed::{Make, Undisturbed, a_clear, a_file, a_post, a_publication, a_removal};

/// The errors of a full volume and of a failing volume.
const ERRORS: [&str; 2] = ["ENOSPC", "EIO"];

/// The errors after which the change may have been made or not.
const UNKNOWN: [&str; 1] = ["volume_error"];

/// Lets each call that changes something fail. The retry comes from the same process or from another one.
fn survives_every_error(starts: &[Start], make: Make) -> Result<()> {
    let mut tried = Tried::default();
    for start in starts {
        let undisturbed = Undisturbed::new(*start, make)?;
        for call in undisturbed.calls.iter().filter(|call| call.changes_something()) {
            for error in ERRORS {
                for same_process in [false, true] {
                    let mut scene = Scene::new(*start)?;
                    let change = make(&scene)?;
                    // A clear makes room on a full volume: it deletes the log, and later lines of others in it.
                    scene.loses_old_log = error == "ENOSPC" && matches!(change, Change::Clear { .. });
                    let tries = if same_process { vec![change.clone(); 2] } else { vec![change.clone()] };
                    let survived =
                        failing_at(call, error, scene.path(), &tries).and_then(|answers| match &answers[..] {
                            [first] => undisturbed
                                .agrees_with(&mut scene, first)
                                .and_then(|()| undisturbed.look_and_retry(&mut scene, &change)),
                            [_, Changed::Made { .. }] => undisturbed.is_new(&mut scene, &change),
                            _ => anyhow::bail!("answers {answers:?}"),
                        });
                    let who = if same_process { "the same process" } else { "another process" };
                    tried.point(survived, || format!("{start:?}, {change:?}, {error} at {call}, retried by {who}"));
                }
            }
        }
    }
    tried.result()
}

impl Undisturbed {
    /// Checks that the state of the wall agrees with the answer. After an error of unknown result both states are right.
    fn agrees_with(&self, scene: &mut Scene, answer: &Changed) -> Result<()> {
        self.look(scene)?;
        let state = State::read(&scene.dir)?;
        match answer {
            Changed::Made { repeated, .. } => {
                ensure!(!repeated, "the first try was taken for a retry");
                state.is(&self.new).context("after an answer that it was made")
            }
            Changed::Failed { name, .. } if UNKNOWN.contains(&&**name) => Ok(()),
            Changed::Failed { .. } => {
                // Lines of others may be on the wall already. Their unfinished line ends before the blank line of ours.
                let foreign = [&self.old.foreign[..], &self.new.foreign].concat();
                let old = State { foreign, ..self.old.clone() };
                state.is(&old).with_context(|| format!("after {answer:?}"))
            }
        }
    }
}

#[test]
fn the_answer_to_a_failed_post_is_true_and_its_retry_posts_once() -> Result<()> {
    survives_every_error(&Start::ALL, a_post)
}

#[test]
fn the_answer_to_a_failed_removal_is_true_and_its_retry_removes_once() -> Result<()> {
    survives_every_error(&[Start::Used, Start::LateLine], a_removal)
}

#[test]
fn the_answer_to_a_failed_clear_is_true_and_its_retry_clears_once() -> Result<()> {
    survives_every_error(&Start::ALL, a_clear)
}

#[test]
fn the_answer_to_a_failed_publication_is_true_and_its_retry_publishes_once() -> Result<()> {
    survives_every_error(&[Start::Empty, Start::Used], a_publication)
}

#[test]
fn the_answer_to_a_failed_publication_of_a_file_is_true_and_its_retry_publishes_once() -> Result<()> {
    survives_every_error(&[Start::Empty, Start::Used], a_file)
}
