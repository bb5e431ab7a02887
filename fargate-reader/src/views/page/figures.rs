//! Figures: names and numbers beside the messages.

use std::time::Duration;

use crate::follow::{Message, Snapshot, WatcherKind};

/// A name and a value.
#[derive(Debug)]
pub(super) struct Figure {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) value: String,
    /// The explanation.
    pub(super) title: &'static str,
}

/// Returns all figures about a snapshot.
pub(super) fn figures(snapshot: &Snapshot) -> Vec<Figure> {
    let seen = snapshot.messages.iter().rev().find_map(|message| seen_after(message)).map(|value| Figure {
        id: "seen",
        name: "seen by this task after",
        value,
        title: "from the volume to this task, newest message",
    });
    let watching = Figure {
        id: "watching",
        name: "watching",
        value: watching(snapshot.watcher, snapshot.scan_interval),
        title: "how this task notices changes",
    };
    let damaged = Some(snapshot.damaged_lines).filter(|lines| *lines > 0).map(|lines| Figure {
        id: "damaged",
        name: "damaged lines",
        value: grouped(lines as usize),
        title: "skipped, never shown",
    });
    seen.into_iter().chain([watching]).chain(config_figures(snapshot)).chain(damaged).collect()
}

/// Returns the figures that change with the configuration.
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

/// Describes how changes are noticed. Without a watcher the volume is scanned at the interval, too.
fn watching(watcher: Option<WatcherKind>, interval: Duration) -> String {
    match watcher {
        Some(WatcherKind::Native) => "inotify".to_owned(),
        Some(WatcherKind::Nfs) | None => format!("every {} ms", interval.as_millis()),
    }
}

/// Returns the time from the arrival of a message on the volume to this task's read. `None` if it is unknown.
fn seen_after(message: &Message) -> Option<String> {
    let millis = message.seen?.duration_since(message.stored?).as_millis().max(0);
    Some(match millis {
        0 => "under 1 ms".to_owned(),
        1..10_000 => format!("{millis} ms"),
        _ => format!("{} s", millis / 1_000),
    })
}

/// Formats a number with thin spaces between its thousands.
pub(super) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> = digits.as_bytes().rchunks(3).rev().filter_map(|group| str::from_utf8(group).ok()).collect();
    groups.join("\u{202f}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_separated() {
        assert_eq!(
            [7, 318, 1_000, 12_345, 1_204_551].map(grouped).map(|n| n.replace('\u{202f}', " ")),
            ["7", "318", "1 000", "12 345", "1 204 551"]
        );
    }
}
