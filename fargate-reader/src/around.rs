//! The surroundings of this reader: the other tasks, and the local cloud. They are asked in the background, and only while somebody
//! watches the status page: each answer has a deadline and a bound.
//!
//! - [`Around`] knows whom to ask, and keeps the last answers: [`Surroundings`].
//! - [`TaskReport`]: what a task tells of itself. [`CloudReport`]: what the local cloud tells.
//! - `ask`: one request.

mod ask;
mod cloud;
mod report;
mod watching;

pub(crate) use self::cloud::{CloudReport, EnvironmentState};
pub(crate) use self::report::TaskReport;
pub(crate) use self::watching::{Around, OtherTask, Surroundings, run};
