//! Publishes a configuration.

use std::borrow::Cow;

use shared_volume::config::{Cause, Change, Outcome, Published, Request, Unchanged};
use shared_volume::wall::Cycle;
use wall_api::Configured;

use crate::error::Failure;

/// A change of the configuration, and its cause.
#[derive(Debug)]
pub(crate) struct ConfigChange {
    pub(crate) change: Change,
    /// The change is refused unless this generation is in force.
    pub(crate) expected_generation: Option<u64>,
    /// The cause that is stored with the configuration.
    pub(crate) cause: Cause,
}

impl ConfigChange {
    /// Returns the name of the command in the logs.
    pub(super) fn name(&self) -> &'static str {
        match self.change {
            Change::Patch(_) => "change_config",
            Change::Whole(_) => "publish_config",
            Change::Rollback(_) => "rollback_config",
            Change::Source(_) => "publish_source",
        }
    }
}

pub(super) fn apply(cycle: &mut Cycle<'_>, change: ConfigChange) -> Result<Configured, Failure> {
    let ConfigChange { change, expected_generation, cause } = change;
    Ok(configured(cycle.publish(Request { change, expected_generation, cause })?))
}

fn configured(outcome: Outcome) -> Configured {
    let (published, repeated, unchanged) = match outcome {
        Outcome::Published(published) => (published, false, None),
        Outcome::Repeated(published) => (published, true, None),
        Outcome::Unchanged(published, reason) => (published, false, Some(reason)),
    };
    let Published { generation, published_at, cause, config, .. } = published;
    let unchanged = unchanged.map(self::unchanged);
    Configured { generation, published_at, cause, config, repeated, unchanged }
}

/// Returns the reason why a followed document changes nothing, for people.
pub(super) fn unchanged(reason: Unchanged) -> Cow<'static, str> {
    match reason {
        Unchanged::Same => "this version of the document is already published".into(),
        Unchanged::Older => "a newer version of the document is already published".into(),
    }
}
