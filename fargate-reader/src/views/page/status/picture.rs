//! The picture: triggers, function, volume, tasks and browsers, in five columns that read as one sentence.

use jiff::Timestamp;
use shared_volume::sizes::Measured;

use super::boxes::{TaskBox, tasks};
use super::content::StatusPage;
use super::mounted::{described, kind};
use super::numbers::{count, plural};
use super::strip::Strip;
use crate::around::{CloudReport, EnvironmentState};
use crate::follow::{Message, Trigger, VolumeHealth};
use crate::views::cause;
use crate::views::page::visible::visible;

/// The largest number of environments that are listed.
const MOST_ENVIRONMENTS: usize = 6;

/// The picture.
#[derive(Debug)]
pub(super) struct Picture {
    pub(super) triggers: Vec<Row>,
    /// The lines that other programs have appended; empty if there are none.
    pub(super) plain: String,
    pub(super) function: Function,
    /// The file system, in words.
    pub(super) kind: String,
    pub(super) is_volume_ok: bool,
    pub(super) files: Vec<File>,
    pub(super) stored: Strip,
    pub(super) tasks: Vec<TaskBox>,
    /// The number of tasks without a box.
    pub(super) more_tasks: usize,
    /// True if this reader can ask the other tasks.
    pub(super) asks_tasks: bool,
}

/// A name and a number.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) value: String,
}

/// The function.
#[derive(Debug)]
pub(super) struct Function {
    /// The name; `None` if this reader has no function.
    pub(super) name: Option<String>,
    /// True if the local cloud tells its state, or should.
    pub(super) is_local: bool,
    /// The reason why the local cloud does not answer.
    pub(super) silent: Option<String>,
    pub(super) environments: Vec<Environment>,
    pub(super) more_environments: usize,
    pub(super) counts: Vec<Row>,
    pub(super) locked: Strip,
}

/// An execution environment.
#[derive(Debug)]
pub(super) struct Environment {
    pub(super) number: usize,
    pub(super) state: &'static str,
    pub(super) is_busy: bool,
    pub(super) invocations: String,
}

/// A file of the volume.
#[derive(Debug)]
pub(super) struct File {
    pub(super) name: &'static str,
    pub(super) size: String,
    pub(super) note: String,
    pub(super) is_at_fault: bool,
}

impl Picture {
    pub(super) fn new(page: &StatusPage<'_>, now: Timestamp) -> Self {
        let messages = &page.snapshot.messages;
        let (tasks, more_tasks) = tasks(page);
        let plain = came(messages, Trigger::Nobody);
        let stored = recent(page, now, |message| message.stored);
        let published = page.snapshot.changes.last().and_then(|change| change.published.published_at);
        Self {
            triggers: triggers(messages),
            plain: if plain == 0 {
                String::new()
            } else {
                format!("{} {}", count(plain), plural(plain, "line", "lines"))
            },
            function: function(page, now),
            kind: kind(page.facts.mount.as_deref()),
            is_volume_ok: page.snapshot.volume == VolumeHealth::Ok,
            files: files(page),
            stored: Strip::new([], stored.into_iter().chain(age(published, now))),
            tasks,
            more_tasks,
            asks_tasks: page.around.has_names,
        }
    }
}

/// Returns the triggers by which messages on the wall came, and how many.
fn triggers(messages: &[std::sync::Arc<Message>]) -> Vec<Row> {
    let row = |trigger: Trigger| Row { name: name(trigger), value: count(came(messages, trigger)) };
    let named = Trigger::ALL.into_iter().filter(|trigger| *trigger != Trigger::Nobody);
    named.filter(|trigger| came(messages, *trigger) > 0).map(row).collect()
}

fn came(messages: &[std::sync::Arc<Message>], trigger: Trigger) -> u64 {
    messages.iter().filter(|message| message.trigger == trigger).count() as u64
}

fn name(trigger: Trigger) -> &'static str {
    match trigger {
        Trigger::Page => "this page",
        Trigger::Api => "HTTP API",
        Trigger::Invoke => "Invoke",
        Trigger::EventBridge => "EventBridge",
        Trigger::Sqs => "SQS",
        Trigger::Sns => "SNS",
        Trigger::S3 => "S3",
        Trigger::Other => "others",
        Trigger::Nobody => "no trigger",
    }
}

fn function(page: &StatusPage<'_>, now: Timestamp) -> Function {
    let (cloud, silent) = match &page.around.cloud {
        Some(Ok(cloud)) => (Some(cloud), None),
        Some(Err(reason)) if page.with_details => (None, Some(visible(reason).into_owned())),
        Some(Err(_)) => (None, Some("no answer".to_owned())),
        None => (None, None),
    };
    let environments = cloud.map(|cloud| cloud.environments.as_slice()).unwrap_or_default();
    let shown = environments.iter().take(MOST_ENVIRONMENTS).enumerate().map(|(index, environment)| Environment {
        number: index + 1,
        state: environment.state.name(),
        is_busy: environment.state == EnvironmentState::Busy,
        invocations: count(environment.invocations),
    });
    let written = recent(page, now, |message| message.at);
    let received = recent(page, now, |message| message.received);
    Function {
        name: page.function.map(|name| visible(name).into_owned()),
        is_local: page.around.cloud.is_some(),
        silent,
        environments: shown.collect(),
        more_environments: environments.len().saturating_sub(MOST_ENVIRONMENTS),
        counts: cloud.map(counts).unwrap_or_default(),
        locked: Strip::new(received, written),
    }
}

/// Returns the counts of the local cloud. Those of trouble are left out while they are 0.
fn counts(cloud: &CloudReport) -> Vec<Row> {
    let row = |name, value| Row { name, value: count(value) };
    let trouble = [
        ("errors", cloud.errors),
        ("throttled", cloud.throttles),
        ("tried again", cloud.retried_events),
        ("dead letters", cloud.dead_letters),
        ("waiting for one", cloud.waiting),
        ("events not finished", cloud.pending_events),
    ];
    let trouble = trouble.into_iter().filter(|(_, value)| *value > 0).map(|(name, value)| row(name, value));
    std::iter::once(row("invocations", cloud.invocations)).chain(trouble).collect()
}

/// Returns the ages in milliseconds of the newest messages at a point of their journey, oldest first.
fn recent(page: &StatusPage<'_>, now: Timestamp, point: impl Fn(&Message) -> Option<Timestamp>) -> Vec<u64> {
    let newest = page.snapshot.messages.iter().rev().take(100);
    let mut ages: Vec<u64> = newest.filter_map(|message| age(point(message), now)).collect();
    ages.reverse();
    ages
}

/// Returns the age of a moment in milliseconds. One in the future, by a clock that is ahead, is new.
fn age(moment: Option<Timestamp>, now: Timestamp) -> Option<u64> {
    Some(u64::try_from(now.duration_since(moment?).as_millis()).unwrap_or(0))
}

fn files(page: &StatusPage<'_>) -> Vec<File> {
    let (snapshot, facts) = (page.snapshot, page.facts);
    let file = |part: Measured, note: String| File {
        name: part.name(),
        size: described(facts, part),
        note,
        is_at_fault: false,
    };
    let messages = snapshot.messages.len() as u64;
    let log = format!(
        "{} {}, ends at {}",
        count(messages),
        plural(messages, "message", "messages"),
        count(snapshot.cursor.position)
    );
    let generation = snapshot.config.generation;
    let config = match &snapshot.rejected {
        Some(_) => "✕ rejected".to_owned(),
        None if generation == 0 => "the defaults run".to_owned(),
        None => format!("says {generation}, and runs"),
    };
    let newest = match generation {
        0 => "nothing was published".to_owned(),
        generation => format!("newest: {generation}, by {}", visible(&cause::by(&snapshot.config.cause))),
    };
    vec![
        file(Measured::Log, log),
        File { is_at_fault: snapshot.rejected.is_some(), ..file(Measured::Configuration, config) },
        file(Measured::History, newest),
        file(Measured::Rejected, "refused events, with the reason".to_owned()),
        file(Measured::Lock, "who writes, and what".to_owned()),
    ]
}
