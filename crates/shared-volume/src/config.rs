//! The configuration of a wall: `config.json`, and `history/` with every configuration that ever was.

mod history;
mod in_force;
mod object;
mod publish;
mod published;
mod schema;
mod text;

pub(crate) use history::remove_leftovers;
pub use history::{KEPT_GENERATIONS, generation, history};
pub use in_force::{Fault, InForce, in_force, read, read_open};
pub(crate) use publish::publish_in;
pub use publish::{Change, Outcome, PublishError, Request, publish};
pub use published::{AppliedEvent, Cause, MAX_GENERATION, Published};
pub use schema::{Accent, Banner, BannerText, BlockedWord, Bounded, Config, ConfigError, Posting, Title, Tone};
