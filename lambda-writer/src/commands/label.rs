//! Adds the classes of its picture to a message.

use shared_volume::message::Findings;
use shared_volume::wall::{self, Cycle};
use wall_api::Labelled;

use crate::error::Failure;

/// The label of a message.
#[derive(Debug)]
pub(crate) struct Labelling {
    /// The id of the message.
    pub(crate) message: String,
    /// The classes of its picture, or the reason why it has none.
    pub(crate) findings: Findings,
    /// The event id with its source.
    pub(crate) event: String,
}

pub(super) fn apply(cycle: &mut Cycle<'_>, labelling: Labelling) -> Result<Labelled, Failure> {
    let Labelling { message, findings, event } = labelling;
    let wall::Labelled { id, repeated } = cycle.label(&message, findings, &event)?;
    Ok(Labelled { labelled: id, repeated })
}
