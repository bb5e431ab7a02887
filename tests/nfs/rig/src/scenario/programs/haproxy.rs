//! HAProxy in master-worker mode, as the child of `follow run`.

use super::nginx::fetch;
use super::program::{Program, Refused, words};

pub(super) const PROGRAM: Program = Program {
    name: "HAProxy",
    file: "haproxy.cfg",
    content: |number| {
        format!(
            "global\n  maxconn 200\ndefaults\n  mode http\n  timeout client 5s\n  timeout server 5s\n  timeout connect 5s\n\
            frontend front\n  bind :8402\n  \
            http-request return status 200 content-type text/plain string \"generation {number}\"\n"
        )
    },
    refused: Some(Refused { content: "frontend front\n  bind nowhere\n", reason: "haproxy.cfg/current:2" }),
    follow: &["--check", "haproxy -c -f {}", "--reload-signal", "USR2"],
    is_child: true,
    start: |place| words(["/bin/haproxy", "-W", "-f", &place.file()]),
    shows: |place| fetch(place, 8402, "/"),
    fetched: Some("http://127.0.0.1:8402/"),
};
