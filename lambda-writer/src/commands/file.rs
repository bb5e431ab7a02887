//! Publishes a file, and lists its generations.

use shared_volume::files::{self, FileChange, FileDir, FileName, FileOutcome, FileRequest, FileState, FileVersion};
use shared_volume::wall::{Cycle, WallWriter};
use wall_api::{FileGenerations, FilePublished, ReadLimit};

use super::configure::unchanged;
use super::schema::validate;
use crate::error::{Access, Failure, Problem};
use crate::invocation::Invocation;

/// Returns the name of the command in the logs.
pub(super) fn name(request: &FileRequest) -> &'static str {
    match request.change {
        FileChange::Content(_) => "publish_file",
        FileChange::Rollback(_) => "rollback_file",
        FileChange::Source(_) => "publish_file_source",
    }
}

pub(super) fn apply(cycle: &mut Cycle<'_>, request: FileRequest) -> Result<FilePublished, Failure> {
    let name = request.name.clone();
    let (version, repeated, reason, ended) = match cycle.publish_file(request, &validate)? {
        FileOutcome::Published { version, ended } => (version, false, None, ended),
        FileOutcome::Repeated(version) => (version, true, None, None),
        FileOutcome::Unchanged(version, reason) => (version, false, Some(reason), None),
    };
    let ended = ended.map(|fault| fault.to_string());
    if let Some(fault) = &ended {
        tracing::warn!(file = %name, fault, "file_replaced");
    }
    let FileVersion { generation, sha256 } = version;
    Ok(FilePublished { name, generation, sha256, repeated, ended, unchanged: reason.map(unchanged) })
}

/// Returns the newest generations of a file, newest first.
pub(crate) async fn file_history(
    invocation: &Invocation<'_>,
    name: FileName,
    limit: ReadLimit,
) -> Result<FileGenerations, Failure> {
    let read = move |writer: &mut WallWriter, _| {
        // A directory below an unmounted root says nothing.
        let failed = |error| Failure::volume(Access::Read, error);
        drop(writer.wall().open().map_err(failed)?);
        let dir = FileDir::new(writer.wall(), &name);
        let generations = files::history(&dir, limit.get()).map_err(failed)?;
        let fault = FileState::read(&dir).map_err(failed)?.fault().map(|fault| fault.to_string());
        if generations.is_empty() && fault.is_none() {
            return Err(Failure::in_field(
                Problem::FileUnknown,
                "name",
                format!("no file {:?} was published", name.as_str()),
            ));
        }
        Ok(FileGenerations { name, generations, fault })
    };
    invocation.execute("file_history", Access::Read, read).await
}
