//! A writer is killed before each of its system calls.

use anyhow::{Context, Result, ensure};
use tests::Change;

use crate::scene::{Scene, Start, State, long_text, post};
use crate::strace::{Call, calls, killed_before};
use crate::tried::Tried;

/// The change under test, as it is made to a scene.
type Make = fn(&Scene) -> Result<Change>;

const EVENT: &str = "test:event";

fn a_post(scene: &Scene) -> Result<Change> {
    let text = if scene.start == Start::ManyEvents { long_text("new") } else { "new".to_owned() };
    Ok(post(&text, EVENT))
}

fn a_removal(scene: &Scene) -> Result<Change> {
    Ok(Change::Remove { id: scene.a_message()?, event: EVENT.to_owned() })
}

fn a_clear(_: &Scene) -> Result<Change> {
    Ok(Change::Clear { event: EVENT.to_owned() })
}

fn a_publication(_: &Scene) -> Result<Change> {
    Ok(Change::Title { title: "after".to_owned(), event: EVENT.to_owned() })
}

/// What a change does when nothing goes wrong.
struct Undisturbed {
    calls: Vec<Call>,
    old: State,
    new: State,
    /// After another message.
    later: State,
}

fn another_post() -> Change {
    post("afterwards", "test:afterwards")
}

impl Undisturbed {
    fn new(start: Start, make: Make) -> Result<Self> {
        let mut scene = Scene::new(start)?;
        let old = State::read(&scene.dir)?;
        let change = make(&scene)?;
        let calls = calls(scene.path(), &[change])?;
        let new = State::read(&scene.dir)?;
        scene.foreign_goes_on()?;
        scene.make(&another_post())?;
        Ok(Self { calls, old, new, later: State::read(&scene.dir)? })
    }

    /// Looks at what a crash has left, and tries the change again.
    fn look_and_retry(&self, scene: &mut Scene, change: &Change) -> Result<()> {
        self.look(scene)?;
        scene.make(change).context("the retry")?;
        self.is_new(scene, change)
    }

    fn look(&self, scene: &mut Scene) -> Result<()> {
        let state = State::read(&scene.dir).context("after the crash")?;
        state.is_either(&self.old, &self.new).context("after the crash")?;
        let (ours, foreign) = scene.follower.read()?;
        let newest = &ours[ours.len().saturating_sub(state.ours.len())..];
        ensure!((newest, &foreign) == (&state.ours, &state.foreign), "who follows sees {newest:?}, {foreign:?}");
        Ok(())
    }

    /// The change was made once; everything works on, and nothing is left behind.
    fn is_new(&self, scene: &mut Scene, change: &Change) -> Result<()> {
        State::read(&scene.dir)?.is(&self.new).context("after the retry")?;
        // In whatever file the other program has open, its line has to be on the wall.
        scene.foreign_goes_on()?;
        ensure!(scene.make(change).context("a second retry")?, "the second retry was not recognised");
        ensure!(!scene.make(&another_post())?, "another post was taken for a retry");
        let mut later = self.later.clone();
        let state = State::read(&scene.dir)?;
        if scene.start == Start::UnfinishedLine {
            // Of a wall that was cleared, the beginning may have been cleared as well.
            let foreign = state.foreign.concat();
            ensure!(foreign.ends_with(" line"), "a lost line of another program: {state:?}");
            let begun = later.foreign.iter().any(|line| line == "unfinished");
            ensure!(!begun || foreign.ends_with("unfinished line"), "a cut line of another program: {state:?}");
            later.foreign.clone_from(&state.foreign);
        }
        state.is(&later).context("after another post")?;
        ensure!(state.foreign.concat() == later.foreign.concat(), "{state:?}\n is not {later:?}");
        for earlier in [Some(change), scene.earlier.as_ref()].into_iter().flatten() {
            ensure!(scene.make(earlier)?, "the retry was not recognised: {earlier:?}");
        }
        State::read(&scene.dir)?.is(&later).context("after the last retries")?;
        let left = scene.leftovers()?;
        ensure!(left.is_empty(), "left behind: {left:?}");
        Ok(())
    }
}

/// Kills the change before each of its calls.
fn survives_every_crash(starts: &[Start], make: Make) -> Result<()> {
    let mut tried = Tried::default();
    for start in starts {
        let undisturbed = Undisturbed::new(*start, make)?;
        for call in undisturbed.calls.iter().filter(|call| call.changes_something()) {
            let mut scene = Scene::new(*start)?;
            let change = make(&scene)?;
            let survived = killed_before(call, scene.path(), std::slice::from_ref(&change))
                .and_then(|()| undisturbed.look_and_retry(&mut scene, &change));
            tried.point(survived, || format!("{start:?}, {change:?}, killed before {call}"));
        }
    }
    tried.result()
}

#[test]
fn a_post_is_there_once_or_not_at_all_and_its_retry_completes_it() -> Result<()> {
    survives_every_crash(&Start::ALL, a_post)
}

#[test]
fn a_removal_has_happened_or_not_and_its_retry_completes_it() -> Result<()> {
    survives_every_crash(&Start::ALL[1..], a_removal)
}

#[test]
fn a_clear_has_happened_or_not_and_its_retry_completes_it() -> Result<()> {
    survives_every_crash(&Start::ALL, a_clear)
}

#[test]
fn a_configuration_is_published_or_not_and_its_retry_completes_it() -> Result<()> {
    survives_every_crash(&Start::ALL, a_publication)
}
