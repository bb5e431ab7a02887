//! Publishes a followed document.

use std::time::Instant;

use shared_volume::WriteError;
use shared_volume::config::{Cause, Change, PublishError, SourceDocument, SourceState, in_force};
use shared_volume::files::{FileChange, FileDir, FileError, FileName, FileRequest, FileState};
use shared_volume::wall::WallWriter;

use super::configure::ConfigChange;
use super::write::{Write, Written, write};
use crate::error::{Access, Failure};
use crate::invocation::Invocation;
use crate::sources::{DocumentName, FollowedDocument, Target};

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
    document: &FollowedDocument,
    occasion: &Occasion,
) -> Result<Written, Failure> {
    let began = Instant::now();
    for _ in 0..TRIES {
        let before = published(invocation, document).await?;
        let request = match &document.target {
            Target::Configuration => configuration(invocation, &document.name, occasion, before).await?,
            Target::File(file) => self::file(invocation, &document.name, file, occasion, before).await?,
        };
        match write(invocation, request).await {
            Err(Failure::Publish(PublishError::SourceMoved) | Failure::File(FileError::SourceMoved)) => {}
            result => return result,
        }
    }
    Err(WriteError::Busy { waited: began.elapsed() }.into())
}

/// Reads a document that is published as the configuration.
async fn configuration(
    invocation: &Invocation<'_>,
    name: &DocumentName,
    occasion: &Occasion,
    before: Option<SourceState>,
) -> Result<Write, Failure> {
    let read = invocation.sources().read(name).await?;
    let version = occasion.version(read.version);
    let source = SourceDocument { name: name.to_string(), document: read.content, version, before };
    let cause = occasion.cause(invocation, name, read.label);
    let change = Change::Source(Box::new(source));
    Ok(Write::Configure(Box::new(ConfigChange { change, expected_generation: None, cause })))
}

/// Reads a document that is published as a file.
async fn file(
    invocation: &Invocation<'_>,
    name: &DocumentName,
    file: &FileName,
    occasion: &Occasion,
    before: Option<SourceState>,
) -> Result<Write, Failure> {
    let read = invocation.sources().read_bytes(name).await?;
    let version = occasion.version(read.version);
    let source = SourceDocument { name: name.to_string(), document: read.bytes, version, before };
    let cause = occasion.cause(invocation, name, read.label);
    let (name, change) = (file.clone(), FileChange::Source(Box::new(source)));
    Ok(Write::File(Box::new(FileRequest { name, change, expected_generation: None, cause })))
}

impl Occasion {
    /// Returns the version of a document with the order of the event.
    fn version(&self, read: SourceState) -> SourceState {
        SourceState { sequencer: self.sequencer.clone(), number: read.number.or(self.number), ..read }
    }

    fn cause(&self, invocation: &Invocation<'_>, name: &DocumentName, label: Option<String>) -> Cause {
        Cause {
            source: name.source().to_owned(),
            event: Some(self.event.clone()),
            document: Some(name.to_string()),
            version: label,
            reconciled: self.reconciled,
            ..invocation.cause()
        }
    }
}

/// Returns the version of a document that was published last.
async fn published(invocation: &Invocation<'_>, document: &FollowedDocument) -> Result<Option<SourceState>, Failure> {
    let FollowedDocument { name, target } = document.clone();
    let name = name.to_string();
    let read = move |writer: &mut WallWriter, _| {
        let wall = writer.wall();
        let sources = match target {
            Target::Configuration => in_force(wall).map(|in_force| in_force.published.sources),
            Target::File(file) => {
                let state = FileState::read(&FileDir::new(wall, &file));
                state.map(|state| state.published.map_or_else(Default::default, |published| published.sources))
            }
        };
        Ok(sources.map_err(|error| Failure::volume(Access::Read, error))?.get(&name).cloned())
    };
    invocation.execute("read_source_state", Access::Read, read).await
}
