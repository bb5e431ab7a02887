//! The page of how everything works together: function, volume, tasks and browsers, and how long each took.
//!
//! - `content`: what the page is made of. `render`: the page itself. `numbers`: sizes, times and prices, for people.
//! - `picture`: the five columns; `boxes`: what is in them; `strip`: the last seconds.
//! - `journey`: the last message on an axis of time. `disk`: the document on disk, if it is not the one that runs. `soon`: how soon
//!   changes are seen. `looking`: what that costs. `mounted`: the volume. `planner`: the throughput of EFS.

mod boxes;
mod content;
mod course;
mod disk;
mod journey;
mod looking;
mod mounted;
mod numbers;
mod picture;
mod planner;
mod render;
mod soon;
mod strip;

pub(crate) use self::content::{Painted, PlannerForm, StatusPage};
pub(crate) use self::render::status;
