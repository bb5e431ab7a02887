//! Files of any content that are published by name: `files/<name>/current`, with a history beside it.
//!
//! A program or `follow` reads `current`, which has the bytes and nothing else. Everything that is known of them is in the
//! envelope of their generation, `history/<generation>.json`. The envelope is written first: with it the publication is decided,
//! and `current` follows by a rename. After a crash between the two, a retry of the event puts `current` in place.
//!
//! Temporary files are in `files/` and not beside their paths, so that the next holder of the lock finds those of a crashed
//! writer by listing one directory, however many names there are.

mod content;
mod dir;
mod error;
mod history;
mod name;
mod publish;
mod published;
mod request;
mod state;

pub use crate::limits::{MAX_FILE_BYTES, MAX_FILES};
pub use content::Content;
pub use dir::FileDir;
pub use error::FileError;
pub use history::{FileGeneration, generation, history};
pub use name::{FileName, InvalidFileName};
pub(crate) use publish::Publication;
pub use published::PublishedFile;
pub use request::{FileChange, FileOutcome, FileRequest, FileVersion, Validate};
pub use state::{Fault, FileState};

use std::io;

use crate::replace;
use crate::volume::WallDir;

/// Removes the temporary files of unfinished publications.
pub(crate) fn remove_leftovers(wall: &WallDir) -> io::Result<()> {
    replace::remove_leftovers_below(&wall.files())
}
