//! Publishes a followed document.

use std::time::Instant;

use shared_volume::WriteError;
use shared_volume::config::{Cause, Change, PublishError, SourceDocument, SourceState, in_force};
use shared_volume::wall::WallWriter;
use wall_api::Configured;

use super::configure::{ConfigChange, configure};
use crate::error::{Access, Failure};
use crate::invocation::Invocation;
use crate::sources::DocumentName;

/// The number of times that a document is read if other environments publish it at the same time.
const TRIES: usize = 8;

/// The reason to look at a followed document.
#[derive(Debug, Clone)]
pub(crate) struct Occasion {
    /// The event id with its source.
    pub(crate) event: String,
    /// The order of the event among those of its source.
    pub(crate) sequencer: Option<String>,
    /// The number of the version that the event is about.
    pub(crate) number: Option<u64>,
    /// True if no event reported a change.
    pub(crate) reconciled: bool,
}

/// Reads a followed document and publishes it if it is newer than the published one.
pub(crate) async fn follow(
    invocation: &Invocation<'_>,
    name: &DocumentName,
    occasion: &Occasion,
) -> Result<Configured, Failure> {
    let began = Instant::now();
    for _ in 0..TRIES {
        let before = published(invocation, name).await?;
        match publish(invocation, name, occasion, before).await {
            Err(Failure::Publish(PublishError::SourceMoved)) => {}
            result => return result,
        }
    }
    Err(WriteError::Busy { waited: began.elapsed() }.into())
}

async fn publish(
    invocation: &Invocation<'_>,
    name: &DocumentName,
    occasion: &Occasion,
    before: Option<SourceState>,
) -> Result<Configured, Failure> {
    let read = invocation.sources().read(name).await?;
    let version = SourceState {
        sequencer: occasion.sequencer.clone(),
        number: read.version.number.or(occasion.number),
        ..read.version
    };
    let source = SourceDocument { name: name.to_string(), document: read.content, version, before };
    let cause = Cause {
        source: name.source().to_owned(),
        event: Some(occasion.event.clone()),
        document: Some(name.to_string()),
        version: read.label,
        reconciled: occasion.reconciled,
        ..invocation.cause()
    };
    let change = Change::Source(Box::new(source));
    configure(invocation, ConfigChange { change, expected_generation: None, cause }).await
}

/// Returns the version of a document that was published last.
async fn published(invocation: &Invocation<'_>, name: &DocumentName) -> Result<Option<SourceState>, Failure> {
    let name = name.to_string();
    let read = move |writer: &mut WallWriter, _| {
        let in_force = in_force(writer.wall()).map_err(|error| Failure::volume(Access::Read, error))?;
        Ok(in_force.published.sources.get(&name).cloned())
    };
    invocation.execute("read_source_state", Access::Read, read).await
}
