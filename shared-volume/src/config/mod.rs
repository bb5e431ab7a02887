//! The configuration of a wall: `config.json`, and `history/` with every configuration that ever was.

mod history;
mod object;
mod publish;
mod published;
mod schema;

pub use history::{generation, history};
pub use publish::{Change, Outcome, PublishError, Request, publish};
pub use published::{Cause, Fault, InForce, Published, in_force, read, read_open};
pub use schema::{Accent, Banner, BannerText, BlockedWord, Bounded, Config, ConfigError, Posting, Title, Tone};
