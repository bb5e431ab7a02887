//! Metrics in the text format of Prometheus.

use std::fmt::Write;

use super::app::App;
use crate::board::MirrorStatus;

type Value = fn(&MirrorStatus) -> f64;

/// The metrics: name, type, help and value.
const METRICS: [(&str, &str, &str, Value); 14] = [
    ("follow_generation", "gauge", "The generation in place, 0 if there is none", |m| m.generation as f64),
    (
        "follow_source_generation",
        "gauge",
        "The generation that the envelope of the source names, 0 if there is none",
        |m| m.source_generation.unwrap_or(0) as f64,
    ),
    ("follow_put_in_place_timestamp_seconds", "gauge", "The time of the last generation, 0 before the first", |m| {
        m.put_in_place_at_ms.unwrap_or(0) as f64 / 1000.0
    }),
    ("follow_default_in_place", "gauge", "1 if the default is in place because there was no source", |m| {
        flag(m.is_default)
    }),
    ("follow_refused", "gauge", "1 if the source is refused and an earlier generation stays in place", |m| {
        flag(m.fault.as_ref().is_some_and(|fault| fault.is_refusal))
    }),
    ("follow_fault", "gauge", "1 if the source is not in place for another reason", |m| {
        flag(m.fault.as_ref().is_some_and(|fault| !fault.is_refusal))
    }),
    ("follow_told", "gauge", "1 if the program was told of the generation in place", |m| flag(m.is_told)),
    ("follow_source_silent_seconds", "gauge", "The time for which the mount has not answered", |m| {
        m.silent_ms as f64 / 1000.0
    }),
    ("follow_files", "gauge", "The files in place", |m| m.files as f64),
    ("follow_bytes", "gauge", "The size of the files in place", |m| m.bytes as f64),
    ("follow_looks_total", "counter", "Looks at the source", |m| m.looks as f64),
    ("follow_put_in_place_total", "counter", "Generations that were put in place", |m| m.put_in_place as f64),
    ("follow_refused_total", "counter", "Sources that were refused", |m| m.refused as f64),
    ("follow_tell_failures_total", "counter", "Failed tries to tell the program", |m| m.tell_failures as f64),
];

/// Returns the metrics of all mirrors, which their targets name.
pub(super) fn text(app: &App) -> String {
    let statuses: Vec<_> = app.mirrors.iter().map(|mirror| mirror.board.status()).collect();
    let mut text = String::new();
    for (name, kind, help, value) in METRICS {
        // Writing to a string does not fail.
        let _ = writeln!(text, "# HELP {name} {help}.\n# TYPE {name} {kind}");
        for status in &statuses {
            let to = status.to.replace('\\', "\\\\").replace('"', "\\\"");
            let _ = writeln!(text, "{name}{{to=\"{to}\"}} {}", value(status));
        }
    }
    text
}

fn flag(holds: bool) -> f64 {
    f64::from(u8::from(holds))
}
