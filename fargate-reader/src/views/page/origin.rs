//! The picture of where the messages come from, with the times of the newest journey.

use crate::follow::Snapshot;
use crate::views::entry::{Journey, Times};

/// The times beside the picture; a dash if none is known.
#[derive(Debug)]
pub(super) struct Origin {
    pub(super) function: String,
    pub(super) volume: String,
    pub(super) task: String,
}

impl Origin {
    pub(super) fn of(snapshot: &Snapshot) -> Self {
        let newest = snapshot.messages.iter().rev().find_map(|message| Journey::of(Times::of(message)));
        let time = |name| {
            let part = newest.as_ref().and_then(|journey| journey.parts.iter().find(|part| part.name == name));
            part.map_or_else(|| "–".to_owned(), |part| part.time())
        };
        Self { function: time("function"), volume: time("volume"), task: time("task") }
    }
}
