//! Prometheus, reloaded by a request.

use super::nginx::fetch;
use super::program::{Program, Refused, words};

pub(super) const PROGRAM: Program = Program {
    name: "Prometheus",
    file: "prometheus.yml",
    content: |number| format!("global: {{scrape_interval: 1h, external_labels: {{follows: 'generation {number}'}}}}\n"),
    refused: Some(Refused { content: "global: {scrape_interval: never}\n", reason: "not a valid duration string" }),
    follow: &["--check", "promtool check config {}", "--then", "http:POST:http://127.0.0.1:8403/-/reload"],
    is_child: false,
    start: |place| {
        let config = format!("--config.file={}", place.file());
        let storage = format!("--storage.tsdb.path={}", place.path("data"));
        words(["/bin/prometheus", &config, &storage, "--web.listen-address=:8403", "--web.enable-lifecycle"])
    },
    shows: |place| fetch(place, 8403, "/api/v1/status/config"),
    fetched: None,
};
