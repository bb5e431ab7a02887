//! Addresses: paths and the parameters of queries, of which some are cursors.

use support::fuzz::{Fuzzer, Input, Verdict};

use super::connection::{Connection, Request};
use super::stage::Stage;

const METHODS: [&str; 8] = ["GET", "GET", "GET", "GET", "HEAD", "DELETE", "POST", "OPTIONS"];

fn seeds(stage: &Stage) -> Vec<String> {
    let [older, newest] = stage.cursors();
    let cursors = [&older, &newest].map(|cursor| {
        ["/api/messages?limit=2&before=", "/?before=", "/events?last_event_id=", "/events?after="]
            .map(|target| format!("{target}{cursor}"))
    });
    let others = [
        "/api/messages?limit=100",
        "/history?before=3&only=refused",
        "/history?from=1&to=2",
        "/api/config/history?before=4&limit=10",
        "/api/config/diff?from=0&to=3",
        "/api/config/rejected",
        "/api/config/schema",
        "/pictures/0123456789abcdef0123456789abcdef-640x480-small.jpg",
        "/assets/wall.css",
        "/accent.css?v=%23d9480f",
        "/w/lobby",
        "/api/messages/01KATK5XH8Z6Z7M1T2D3E4F5G6",
        "/api/status",
        "/metrics",
    ];
    cursors.into_iter().flatten().chain(others.map(str::to_owned)).collect()
}

#[test]
fn any_address_has_one_answer() {
    let stage = Stage::new();
    let mut connection = stage.connect();
    let words = ["?", "&before=", "&limit=", "limit=1&limit=2", "%2e%2e%2f", "//", "http://wall/", "%0d%0a", "?a&"];
    let fuzzer = Fuzzer::new("addresses", seeds(&stage)).words(words);
    stage.run(fuzzer, |input| check(&mut connection, input));
}

fn check(connection: &mut Connection, input: &Input) -> Verdict {
    // White space ends an address. Raw heads have it.
    let encoded = |byte: &u8| if byte.is_ascii_whitespace() { b"%20".to_vec() } else { vec![*byte] };
    let target: Vec<u8> = input.bytes.iter().flat_map(encoded).collect();
    let request = Request { method: input.pick::<&str>(0, &METHODS), target: &target, headers: Vec::new(), body: b"" };
    match connection.send(&request) {
        Some(answer) if answer.status < 400 => Verdict::Accepted,
        _ => Verdict::Refused,
    }
}
