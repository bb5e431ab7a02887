//! Publications of files in a lock cycle.

use super::{Cycle, Session};
use crate::files::{FileDir, FileError, FileOutcome, FileRequest, FileState, Publication, Validate};
use crate::retries::Kind;

impl Cycle<'_> {
    /// Publishes a file. See [`WallWriter::publish_file`](crate::wall::WallWriter::publish_file).
    ///
    /// # Errors
    /// Returns a [`FileError`].
    pub fn publish_file(&mut self, request: FileRequest, validate: &Validate<'_>) -> Result<FileOutcome, FileError> {
        self.flush()?;
        let payload = request.payload()?;
        let dir = FileDir::new(self.session.wall, &request.name);
        let state = FileState::read(&dir)?;
        let event = request.cause.event.clone();
        let in_file = event.as_ref().and_then(|event| state.applied_by(event));
        let earlier = self.session.earlier_or(event.as_deref(), Kind::File, payload, in_file)?;
        let Session { lock, retries, .. } = &mut self.session;
        let publication = Publication { dir, lock, retries, state };
        let outcome = match earlier.zip(event) {
            Some((applied, event)) => publication.repeated(&request.change, &event, applied)?,
            None => publication.publish(request, payload, validate)?,
        };
        self.has_file = true;
        Ok(outcome)
    }
}
