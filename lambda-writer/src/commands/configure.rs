//! Publishes a configuration.

use shared_volume::config::{Cause, Change, Outcome, Published, Request};
use shared_volume::wall::WallWriter;
use wall_api::Configured;

use crate::error::{Access, Failure};
use crate::invocation::Invocation;

/// A change of the configuration, and the event that requests it.
#[derive(Debug)]
pub(crate) struct ConfigChange {
    pub(crate) change: Change,
    /// The change is refused unless this generation is in force.
    pub(crate) expected_generation: Option<u64>,
    pub(crate) note: Option<String>,
    /// The source of the event, such as `messagewall` or `direct`.
    pub(crate) source: String,
    /// The event id with its source.
    pub(crate) event: String,
}

/// Publishes a configuration as a new generation.
pub(crate) async fn configure(invocation: &Invocation, change: ConfigChange) -> Result<Configured, Failure> {
    let ConfigChange { change, expected_generation, note, source, event } = change;
    let (request, received) = (Some(invocation.request_id.clone()), Some(invocation.received));
    let cause = Cause { source, event: Some(event), request, note, received, ..Cause::default() };
    let (command, request) = (name(&change), Request { change, expected_generation, cause });
    let publish = move |writer: &mut WallWriter, deadline| Ok(writer.publish(request, deadline)?);
    Ok(configured(invocation.execute(command, Access::Write, publish).await?))
}

/// Returns the name of the command in the logs.
fn name(change: &Change) -> &'static str {
    match change {
        Change::Patch(_) => "change_config",
        Change::Whole(_) => "publish_config",
        Change::Rollback(_) => "rollback_config",
        Change::Source(_) => "publish_source",
    }
}

fn configured(outcome: Outcome) -> Configured {
    let (published, repeated) = match outcome {
        Outcome::Published(published) | Outcome::Unchanged(published, _) => (published, false),
        Outcome::Repeated(published) => (published, true),
    };
    let Published { generation, published_at, cause, config, .. } = published;
    Configured { generation, published_at, cause, config, repeated }
}
