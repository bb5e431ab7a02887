//! Notices: the faults that a person who looks at the wall should know.

use jiff::Timestamp;
use shared_volume::config::Tone;

use crate::follow::{Snapshot, VolumeHealth};
use crate::views::moment::Elapsed;

/// A notice above the messages.
#[derive(Debug)]
pub(super) struct Notice {
    pub(super) title: &'static str,
    pub(super) since: Option<Elapsed>,
    pub(super) text: String,
    /// The name and the address of more about it.
    pub(super) more: Option<(&'static str, &'static str)>,
    /// The error, as the program reports it.
    pub(super) reason: Option<String>,
    /// True if nothing is known of the wall, not even that it is empty.
    pub(super) waiting: bool,
}

/// Returns the name of a banner's tone, as the stylesheet and people know it.
pub(super) fn tone(tone: &Tone) -> &'static str {
    match tone {
        Tone::Info => "info",
        Tone::Success => "success",
        Tone::Warning => "warning",
        Tone::Danger => "danger",
    }
}

/// Returns the name of the state of the volume, as the page's script knows it.
pub(super) fn volume_state(volume: &VolumeHealth) -> &'static str {
    match volume {
        VolumeHealth::Ok => "ok",
        VolumeHealth::Waiting(_) => "waiting",
        VolumeHealth::Failing { .. } => "silent",
    }
}

/// Returns the notices about a snapshot.
pub(super) fn notices(snapshot: &Snapshot, now: Timestamp) -> Vec<Notice> {
    let volume = volume_notice(&snapshot.volume, snapshot.config.generation, now);
    volume.into_iter().chain(rejected_notice(snapshot, now)).collect()
}

pub(super) fn volume_notice(volume: &VolumeHealth, generation: u64, now: Timestamp) -> Option<Notice> {
    match volume {
        VolumeHealth::Ok => None,
        VolumeHealth::Waiting(reason) => Some(Notice {
            title: "Waiting for the volume",
            since: None,
            text: "Nothing could be read yet. The wall appears as soon as the volume can be read.".to_owned(),
            more: None,
            reason: reason.clone(),
            waiting: true,
        }),
        VolumeHealth::Failing { reason, since } => Some(Notice {
            title: "The volume has been silent for",
            since: Some(Elapsed::new(*since, now)),
            text: format!(
                "Shown is what was read before, with {}. Posting may fail until the volume answers; this page goes on by itself.",
                configuration(generation)
            ),
            more: Some(("The volume", "/status#volume")),
            reason: Some(reason.clone()),
            waiting: false,
        }),
    }
}

fn rejected_notice(snapshot: &Snapshot, now: Timestamp) -> Option<Notice> {
    let rejected = snapshot.rejected.as_ref()?;
    let running = configuration(snapshot.config.generation);
    Some(Notice {
        title: "The configuration on disk has been rejected for",
        since: Some(Elapsed::new(rejected.since, now)),
        text: format!("The wall goes on with {running} until {} is good again.", rejected.source),
        more: Some(("On disk and running", "/status#disk")),
        reason: Some(rejected.reason.clone()),
        waiting: false,
    })
}

fn configuration(generation: u64) -> String {
    match generation {
        0 => "the default configuration".to_owned(),
        generation => format!("configuration {generation}"),
    }
}
