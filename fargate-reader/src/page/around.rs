//! What stands around the messages: notices about what is wrong, and figures.

use jiff::Timestamp;
use shared_volume::config::Tone;

use super::moment::Lasting;
use crate::snapshot::{Shown, Snapshot, VolumeHealth};

/// What somebody who looks at the wall should know about it.
#[derive(Debug)]
pub(super) struct Notice {
    pub(super) title: &'static str,
    pub(super) since: Option<Lasting>,
    pub(super) text: String,
    /// What exactly is wrong, as the program says it.
    pub(super) reason: Option<String>,
    /// Whether nothing is known about the wall, not even that it is empty.
    pub(super) waiting: bool,
}

/// A name and a number.
#[derive(Debug)]
pub(super) struct Figure {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) value: String,
    /// What it means.
    pub(super) title: &'static str,
}

/// How a banner speaks, as the stylesheet and people call it.
pub(super) fn tone(tone: &Tone) -> &'static str {
    match tone {
        Tone::Info => "info",
        Tone::Success => "success",
        Tone::Warning => "warning",
        Tone::Danger => "danger",
    }
}

pub(super) fn notices(snapshot: &Snapshot, now: Timestamp) -> Vec<Notice> {
    let volume = volume_notice(&snapshot.volume, snapshot.config.generation, now);
    volume.into_iter().chain(rejected_notice(snapshot, now)).collect()
}

fn volume_notice(volume: &VolumeHealth, generation: u64, now: Timestamp) -> Option<Notice> {
    match volume {
        VolumeHealth::Ok => None,
        VolumeHealth::Waiting(reason) => Some(Notice {
            title: "Waiting for the volume",
            since: None,
            text: "Nothing could be read yet. The wall appears as soon as it can be.".to_owned(),
            reason: reason.clone(),
            waiting: true,
        }),
        VolumeHealth::Failing { reason, since } => Some(Notice {
            title: "The volume has been silent for",
            since: Some(Lasting::new(*since, now)),
            text: format!("You see what was read last, with {}.", configuration(generation)),
            reason: Some(reason.clone()),
            waiting: false,
        }),
    }
}

fn rejected_notice(snapshot: &Snapshot, now: Timestamp) -> Option<Notice> {
    let rejected = snapshot.rejected.as_ref()?;
    let reason = rejected.reason.strip_prefix(rejected.source).unwrap_or(&rejected.reason);
    let running = configuration(snapshot.config.generation);
    Some(Notice {
        title: "The configuration on the volume has not been usable for",
        since: Some(Lasting::new(rejected.since, now)),
        text: format!("The wall goes on with {running} until {} is good again.", rejected.source),
        reason: Some(format!("{}: {}", rejected.source, reason.trim_start_matches([':', ' ']))),
        waiting: false,
    })
}

fn configuration(generation: u64) -> String {
    match generation {
        0 => "the default configuration".to_owned(),
        generation => format!("configuration {generation}"),
    }
}

pub(super) fn figures(snapshot: &Snapshot, watching: &str) -> Vec<Figure> {
    let seen = snapshot.messages.iter().rev().find_map(|message| seen_after(message)).map(|value| Figure {
        id: "seen",
        name: "seen by this task after",
        value,
        title: "from the volume to this task, newest message",
    });
    let watching = Figure {
        id: "watching",
        name: "watching",
        value: watching.to_owned(),
        title: "how this task notices what is written",
    };
    let damaged = Some(snapshot.damaged_lines).filter(|lines| *lines > 0).map(|lines| Figure {
        id: "damaged",
        name: "damaged lines",
        value: grouped(lines as usize),
        title: "skipped, never shown",
    });
    seen.into_iter().chain([watching]).chain(config_figures(snapshot)).chain(damaged).collect()
}

/// The figures that change with the configuration.
pub(super) fn config_figures(snapshot: &Snapshot) -> [Figure; 2] {
    let config = &snapshot.config;
    let (kept, keep) = (snapshot.messages.len(), config.config.keep_messages.get());
    let kept = Figure {
        id: "kept",
        name: "kept",
        value: format!("{} of {}", grouped(kept), grouped(keep)),
        title: "older messages give way to newer ones",
    };
    let generation = if config.generation == 0 { "default".to_owned() } else { config.generation.to_string() };
    let title = "how often it was published";
    [kept, Figure { id: "generation", name: "configuration", value: generation, title }]
}

/// How long it took this task to see a message that was on the volume.
fn seen_after(message: &Shown) -> Option<String> {
    let millis = message.seen?.duration_since(message.stored?).as_millis().max(0);
    Some(match millis {
        0 => "under 1 ms".to_owned(),
        1..10_000 => format!("{millis} ms"),
        _ => format!("{} s", millis / 1_000),
    })
}

/// A number with thin spaces between its thousands.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> = digits.as_bytes().rchunks(3).rev().filter_map(|group| str::from_utf8(group).ok()).collect();
    groups.join("\u{202f}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        assert_eq!(
            [7, 318, 1_000, 12_345, 1_204_551].map(grouped).map(|n| n.replace('\u{202f}', " ")),
            ["7", "318", "1 000", "12 345", "1 204 551"]
        );
    }
}
