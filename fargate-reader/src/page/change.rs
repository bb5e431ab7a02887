//! One change of the configuration, in the list of messages.

use askama::Template;
use jiff::Timestamp;

use super::moment::{Moment, attribute};
use crate::snapshot::ConfigChange;

#[derive(Template)]
#[template(path = "change.html")]
struct ChangeItem<'a> {
    change: &'a ConfigChange,
    who: &'a str,
    moment: Option<Moment>,
    times: [(&'static str, String); 4],
}

/// One change of the configuration, in the list.
pub(crate) fn config_change(change: &ConfigChange) -> Result<String, askama::Error> {
    let cause = &change.published.cause;
    let at = cause.at.or(change.published.published_at);
    let times = [("received", cause.received), ("at", at), ("stored", None), ("seen", change.seen)];
    let times = times.map(|(name, time)| (name, attribute(time)));
    ChangeItem { change, who: who(&cause.source), moment: when(change).map(Moment::from), times }.render()
}

/// When it was published, or else when it was noticed.
pub(super) fn when(change: &ConfigChange) -> Option<Timestamp> {
    change.published.published_at.or(change.seen)
}

/// Who changed the configuration, as a person would say it.
fn who(source: &str) -> &str {
    match source {
        "" => "An edit by hand",
        "aws.ssm" => "Parameter Store",
        "aws.s3" => "An object in S3",
        "messagewall" => "An event",
        "direct" => "A command",
        other => other,
    }
}
