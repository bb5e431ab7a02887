//! nginx, reloaded by a signal to its pid file, while requests arrive.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::program::{Place, Program, Refused, generation, words};
use crate::http;

pub(super) const PROGRAM: Program = Program {
    name: "nginx",
    file: "nginx.conf",
    content: |number| {
        let temporary =
            ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(|name| format!("{name}_temp_path {name};"));
        format!(
            "worker_processes 2; error_log stderr warn; events {{}}
            http {{
                access_log off; {}
                server {{ listen 8401; location / {{ return 200 \"generation {number}\"; }} }}
            }}",
            temporary.concat()
        )
    },
    refused: Some(Refused {
        content: "events {}\nhttp { server { listen nowhere at all; } }\n",
        reason: "nginx.conf/current:2",
    }),
    follow: &[
        "--check",
        "nginx -t -q -p /run/programs/nginx/followed -c {}",
        "--then",
        "signal:HUP:/run/programs/nginx/followed/pid",
    ],
    is_child: false,
    start: |place| {
        let globals = format!("daemon off; user root; pid {};", place.path("pid"));
        words(["/bin/nginx", "-p", &place.path(""), "-e", "stderr", "-c", &place.file(), "-g", &globals])
    },
    shows: |place| fetch(place, 8401, "/"),
    fetched: Some("http://127.0.0.1:8401/"),
};

/// Returns the generation in the answer to a request.
pub(super) fn fetch(place: &Place, port: u16, path: &str) -> Option<usize> {
    let answer = http::get(&format!("http://{}:{port}{path}", place.host), Duration::from_secs(5)).ok()?;
    generation(&answer.text)
}

/// A client that sends one request after the other.
pub(super) struct Load {
    stop: Arc<AtomicBool>,
    client: JoinHandle<(u64, Vec<String>)>,
}

impl Load {
    pub(super) fn start(url: &'static str) -> Self {
        let stop = Arc::<AtomicBool>::default();
        let stopped = Arc::clone(&stop);
        let client = thread::spawn(move || {
            let (mut requests, mut failures) = (0, Vec::new());
            while !stopped.load(Ordering::Relaxed) {
                requests += 1;
                match http::get(url, Duration::from_secs(10)) {
                    Ok(answer) if answer.status == 200 => {}
                    Ok(answer) => failures.push(answer.status.to_string()),
                    Err(error) => failures.push(format!("{error:#}")),
                }
            }
            (requests, failures)
        });
        Self { stop, client }
    }

    /// Ends the client. Returns the number of its requests, and the failures.
    pub(super) fn finish(self) -> (u64, Vec<String>) {
        self.stop.store(true, Ordering::Relaxed);
        self.client.join().unwrap_or_else(|_| (0, vec!["the client panicked".to_owned()]))
    }
}
