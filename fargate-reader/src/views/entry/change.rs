//! The list item of a change of the configuration.

use askama::Template;

use super::journey::{Journey, Times};
use super::text::printable;
use crate::follow::ConfigChange;
use crate::views::cause;
use crate::views::moment::{Moment, attribute};

#[derive(Template)]
#[template(path = "change.html")]
struct ChangeItem<'a> {
    change: &'a ConfigChange,
    who: &'a str,
    document: Option<String>,
    restored: Option<String>,
    reconciled: bool,
    note: Option<String>,
    moment: Option<Moment>,
    times: [(&'static str, String); 4],
    journey: Option<String>,
}

/// Renders the list item of a change of the configuration.
pub(in crate::views) fn config_change(change: &ConfigChange) -> Result<String, askama::Error> {
    let cause = &change.published.cause;
    let at = cause.at.or(change.published.published_at);
    let (received, stored, seen) = (cause.received, change.stored, change.seen);
    let times = [("received", received), ("at", at), ("stored", stored), ("seen", seen)];
    let times = times.map(|(name, time)| (name, attribute(time)));
    let item = ChangeItem {
        change,
        who: cause::who(cause),
        document: cause::document_of_service(cause).map(|document| printable(&document).into_owned()),
        restored: cause::restored(cause),
        reconciled: cause.reconciled,
        note: cause.note.as_deref().map(|note| printable(note).into_owned()),
        moment: change.when().map(Moment::from),
        times,
        journey: Journey::of(Times { received, at, stored, seen }).map(|journey| journey.render()).transpose()?,
    };
    item.render()
}
