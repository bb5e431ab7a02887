//! A change without a fault, and the checks after a fault.

use anyhow::{Context, Result, ensure};
use tests::Change;

use crate::scene::{Scene, Start, State, long_text, post};
use crate::strace::{Call, FileSystem, calls};

/// The number of writers that are killed one after the other.
const MOST_KILLED: usize = 2;

/// Makes the change under test for a scene.
pub(crate) type Make = fn(&Scene) -> Result<Change>;

const EVENT: &str = "test:event";

pub(crate) fn a_post(scene: &Scene) -> Result<Change> {
    let text = if scene.start == Start::ManyEvents { long_text("new") } else { "new".to_owned() };
    Ok(post(&text, EVENT))
}

pub(crate) fn a_removal(scene: &Scene) -> Result<Change> {
    Ok(Change::Remove { id: scene.a_message()?, event: EVENT.to_owned() })
}

pub(crate) fn a_clear(_: &Scene) -> Result<Change> {
    Ok(Change::Clear { event: EVENT.to_owned() })
}

pub(crate) fn a_publication(_: &Scene) -> Result<Change> {
    Ok(Change::Title { title: "after".to_owned(), event: EVENT.to_owned() })
}

/// A publication of a file. On a wall that was used, the file has been published before.
pub(crate) fn a_file(scene: &Scene) -> Result<Change> {
    let file = |content: &str, event: &str| Change::File { content: content.to_owned(), event: event.to_owned() };
    if scene.start != Start::Empty {
        ensure!(!scene.make(&file("before", "test:file-before"))?, "the file was published before");
    }
    Ok(file("after", EVENT))
}

/// The calls and the states of a change without a fault.
pub(crate) struct Undisturbed {
    pub(crate) calls: Vec<Call>,
    pub(crate) old: State,
    pub(crate) new: State,
    /// The state after one more message.
    later: State,
    names_in_trash: usize,
}

pub(crate) fn another_post() -> Change {
    post("afterwards", "test:afterwards")
}

impl Undisturbed {
    pub(crate) fn new(start: Start, make: Make) -> Result<Self> {
        Self::on(FileSystem::Network, start, make)
    }

    pub(crate) fn on(on: FileSystem, start: Start, make: Make) -> Result<Self> {
        let mut scene = Scene::new(start)?;
        let change = make(&scene)?;
        let old = State::read(&scene.dir)?;
        let calls = calls(on, scene.path(), &[change])?;
        let new = State::read(&scene.dir)?;
        scene.foreign_goes_on()?;
        scene.make(&another_post())?;
        Ok(Self { calls, old, new, later: State::read(&scene.dir)?, names_in_trash: scene.names_in_trash()? })
    }

    /// Checks the state after a crash, and tries the change again.
    pub(crate) fn look_and_retry(&self, scene: &mut Scene, change: &Change) -> Result<()> {
        self.look(scene)?;
        scene.make(change).context("the retry")?;
        self.is_new(scene, change)
    }

    pub(crate) fn look(&self, scene: &mut Scene) -> Result<()> {
        let state = State::read(&scene.dir).context("after the crash")?;
        state.is_either(&self.old, &self.new).context("after the crash")?;
        let (ours, foreign) = scene.follower.read()?;
        let newest = &ours[ours.len().saturating_sub(state.ours.len())..];
        ensure!((newest, &foreign) == (&state.ours, &state.foreign), "who follows sees {newest:?}, {foreign:?}");
        Ok(())
    }

    /// Checks that the change was made once, that the wall still works, and that no file is left behind.
    pub(crate) fn is_new(&self, scene: &mut Scene, change: &Change) -> Result<()> {
        State::read(&scene.dir)?.is(&self.new).context("after the retry")?;
        // The line of the other program has to be on the wall, whichever file the program has open.
        scene.foreign_goes_on()?;
        ensure!(scene.make(change).context("a second retry")?, "the second retry was not recognised");
        ensure!(!scene.make(&another_post())?, "another post was taken for a retry");
        let mut later = self.later.clone();
        let state = State::read(&scene.dir)?;
        if scene.start == Start::UnfinishedLine {
            // The clear may have removed the beginning as well.
            let foreign = state.foreign.concat();
            ensure!(scene.loses_old_log || foreign.ends_with(" line"), "a lost line of another program: {state:?}");
            let begun = later.foreign.iter().any(|line| line == "unfinished");
            ensure!(!begun || foreign.ends_with("unfinished line"), "a cut line of another program: {state:?}");
            later.foreign.clone_from(&state.foreign);
        }
        state.is(&later).context("after another post")?;
        let has_all = state.foreign.concat() == later.foreign.concat();
        ensure!(has_all || scene.loses_old_log, "{state:?}\n is not {later:?}");
        for earlier in [Some(change), scene.earlier.as_ref()].into_iter().flatten() {
            ensure!(scene.make(earlier)?, "the retry was not recognised: {earlier:?}");
        }
        State::read(&scene.dir)?.is(&later).context("after the last retries")?;
        let names = scene.names_in_trash()?;
        // A log that was replaced because of a killed writer goes to the trash as well.
        let due = self.names_in_trash + MOST_KILLED;
        ensure!(names <= due, "{names} names in trash/, {due} are due");
        let left = scene.leftovers()?;
        ensure!(left.is_empty(), "left behind: {left:?}");
        Ok(())
    }
}
