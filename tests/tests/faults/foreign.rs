//! Another program that takes no lock and appends between two system calls of a writer.

use std::io::Write;
use std::slice;

use anyhow::{Context, Result, ensure};
use tests::{Change, Changed};

use crate::scene::{Scene, Start, State};
use crate::stopped::Stopped;
use crate::strace::Call;
use crate::tried::Tried;
use crate::undisturbed::{Make, Undisturbed, a_clear, a_post, a_publication, a_removal, another_post};

/// Appends a line by a program that has opened the log before, and one by a program that opens it now.
fn append(scene: &mut Scene) -> Result<()> {
    let mut now = fs_err::OpenOptions::new().create(true).append(true).open(scene.dir.content())?;
    scene.foreign_writes("by one who opened it before\n")?;
    Ok(now.write_all(b"by one who opened it now\n")?)
}

/// Appends the first half of a line, as a program does that writes each line in two calls.
fn append_half(scene: &mut Scene) -> Result<()> {
    let mut now = fs_err::OpenOptions::new().create(true).append(true).open(scene.dir.content())?;
    Ok(now.write_all(b"half a li")?)
}

/// Checks that each line is there once. A clear may have removed lines.
fn has_every_line(scene: &Scene, change: &Change, opened_before: bool) -> Result<()> {
    let state = State::read(&scene.dir)?;
    for (line, is_due) in [("by one who opened it before", opened_before), ("by one who opened it now", true)] {
        // The next write of a program continues its unfinished line.
        let times = state.foreign.iter().filter(|found| found.ends_with(line)).count();
        let may_be_gone = !is_due || matches!(change, Change::Clear { .. });
        ensure!(times == 1 || times == 0 && may_be_gone, "{line:?} is there {times} times: {state:?}");
    }
    Ok(())
}

/// Stops the change after each of its calls, while others append. With `fails`, its fsync fails.
fn keeps_lines(starts: &[Start], make: Make, fails: bool) -> Result<()> {
    let mut tried = Tried::default();
    for start in starts {
        let undisturbed = Undisturbed::new(*start, make)?;
        let synced = |call: &&Call| call.name == "fsync" && call.shown.contains("/content>");
        let failing = undisturbed.calls.iter().find(synced).filter(|_| fails);
        let options: Vec<String> = failing.iter().map(|call| call.inject("error=EIO")).collect();
        // The calls after the failure are not tested here.
        for call in undisturbed.calls.iter().take_while(|call| Some(*call) != failing) {
            let mut scene = Scene::new(*start)?;
            let change = make(&scene)?;
            let kept = Stopped::after(call, scene.path(), slice::from_ref(&change), &options).and_then(|stopped| {
                append(&mut scene)?;
                let answers = stopped.go_on()?;
                let made = matches!(answers[..], [Changed::Made { .. }]);
                ensure!(made != fails, "answers {answers:?}");
                scene.make(&change).context("the retry")?;
                scene.make(&another_post())?;
                has_every_line(&scene, &change, *start != Start::Empty)
            });
            let fails = if fails { ", its fsync fails" } else { "" };
            tried.point(kept, || format!("{start:?}, {change:?}{fails}, others append after {call}"));
        }
    }
    tried.result()
}

#[test]
fn a_line_that_another_program_appends_at_any_moment_of_a_post_is_there_once() -> Result<()> {
    keeps_lines(&[Start::Empty, Start::Used, Start::UnfinishedLine, Start::LateLine, Start::ManyEvents], a_post, false)
}

#[test]
fn a_line_that_another_program_appends_at_any_moment_of_a_removal_clear_or_publication_is_there_once() -> Result<()> {
    for make in [a_removal, a_clear, a_publication] as [Make; 3] {
        keeps_lines(&[Start::Used], make, false)?;
    }
    Ok(())
}

#[test]
fn a_post_that_cannot_be_made_durable_keeps_the_lines_of_another_program() -> Result<()> {
    keeps_lines(&[Start::Used, Start::UnfinishedLine, Start::LateLine], a_post, true)
}

#[test]
fn a_post_that_meets_half_a_line_of_another_program_at_any_moment_is_a_message() -> Result<()> {
    let mut tried = Tried::default();
    for start in [Start::Empty, Start::Used, Start::UnfinishedLine] {
        let undisturbed = Undisturbed::new(start, a_post)?;
        for call in &undisturbed.calls {
            let mut scene = Scene::new(start)?;
            let change = a_post(&scene)?;
            let kept = Stopped::after(call, scene.path(), slice::from_ref(&change), &[]).and_then(|stopped| {
                append_half(&mut scene)?;
                let answers = stopped.go_on()?;
                ensure!(matches!(answers[..], [Changed::Made { repeated: false, .. }]), "answers {answers:?}");
                let state = State::read(&scene.dir)?;
                ensure!(state.ours == undisturbed.new.ours, "{state:?}");
                ensure!(!state.foreign.iter().any(|line| line.contains("\"id\":")), "{state:?}");
                ensure!(scene.make(&change).context("the retry")?, "the retry was not recognised");
                Ok(())
            });
            tried.point(kept, || format!("{start:?}, half a line after {call}"));
        }
    }
    tried.result()
}
