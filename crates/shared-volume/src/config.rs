//! The configuration of a wall: `config.json`, and `history/` with the newest published configurations.

mod diff;
mod error;
mod history;
mod in_force;
mod object;
mod publish;
mod published;
mod request;
mod schema;
mod text;

pub use crate::cause::{AppliedEvent, Cause};
pub use crate::limits::{KEPT_GENERATIONS, MAX_GENERATION};
pub use crate::source::{SourceDocument, SourceState, Unchanged};
pub use diff::{FieldChange, Fields, diff};
pub use error::{ConfigError, PublishError};
pub(crate) use history::remove_leftovers;
pub use history::{generation, generations, history};
pub use in_force::{Fault, InForce, in_force, on_disk, read, read_open};
pub(crate) use publish::Publication;
pub use published::Published;
pub use request::{Change, Outcome, Request};
pub use schema::{Accent, Banner, BannerText, BlockedWord, Bounded, Config, Posting, Title, Tone};
pub use text::decode;
