//! The list item of a change of the configuration.

use askama::Template;

use crate::follow::ConfigChange;
use crate::views::moment::{Moment, attribute};

#[derive(Template)]
#[template(path = "change.html")]
struct ChangeItem<'a> {
    change: &'a ConfigChange,
    who: &'a str,
    moment: Option<Moment>,
    times: [(&'static str, String); 4],
}

/// Renders the list item of a change of the configuration.
pub(in crate::views) fn config_change(change: &ConfigChange) -> Result<String, askama::Error> {
    let cause = &change.published.cause;
    let at = cause.at.or(change.published.published_at);
    let times = [("received", cause.received), ("at", at), ("stored", None), ("seen", change.seen)];
    let times = times.map(|(name, time)| (name, attribute(time)));
    ChangeItem { change, who: who(&cause.source), moment: change.when().map(Moment::from), times }.render()
}

/// Returns the subject of the sentence "... changed title": the source of the change, in words.
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
