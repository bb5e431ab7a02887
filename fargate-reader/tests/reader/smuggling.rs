//! Requests in odd shapes: what a proxy and the reader could understand in two ways, and what is larger than anything should be.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::wall::{PATIENCE, Reader, Wall};

/// A second request, which nobody must answer if it is hidden in the first one.
const HIDDEN: &str = "GET /api/status?hidden HTTP/1.1\r\nHost: x\r\n\r\n";

/// Sends these bytes and returns the statuses of all answers until the reader closes the connection.
async fn statuses(reader: &Reader, request: &[u8]) -> Vec<u16> {
    let mut connection = TcpStream::connect(reader.address.trim_start_matches("http://")).await.unwrap();
    // The reader may answer and close before it has read everything.
    drop(connection.write_all(request).await);
    drop(connection.shutdown().await);
    let mut answers = Vec::new();
    drop(timeout(PATIENCE, connection.read_to_end(&mut answers)).await.expect("the reader closes the connection"));
    let answers = String::from_utf8_lossy(&answers);
    let starts = answers.match_indices("HTTP/1.").map(|(at, _)| answers[at + 9..at + 12].parse().unwrap());
    starts.collect()
}

/// Returns a post with these headers and this body.
fn post(headers: &str, body: &str) -> String {
    format!("POST /api/messages HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\n{headers}\r\n{body}")
}

#[tokio::test]
async fn a_request_that_can_be_understood_in_two_ways_is_answered_once_and_not_well() {
    let wall = Wall::empty();
    let reader = wall.reader().await;
    let chunked = format!("0\r\n\r\n{HIDDEN}");
    let cases = [
        ("both lengths", post("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", &chunked)),
        ("both lengths, the other way round", post("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", &chunked)),
        ("two lengths", post("Content-Length: 0\r\nContent-Length: 45\r\n", HIDDEN)),
        ("a list of lengths", post("Content-Length: 0, 45\r\n", HIDDEN)),
        ("a length with a sign", post("Content-Length: +0\r\n", HIDDEN)),
        ("a negative length", post("Content-Length: -1\r\n", HIDDEN)),
        ("a length with a space in it", post("Content-Length: 0 0\r\n", HIDDEN)),
        ("a length beyond all numbers", post("Content-Length: 99999999999999999999999\r\n", HIDDEN)),
        ("an unknown transfer coding", post("Transfer-Encoding: xchunked\r\n", &chunked)),
        ("a transfer coding before chunked", post("Transfer-Encoding: gzip, chunked\r\n", HIDDEN)),
        ("chunked twice", post("Transfer-Encoding: chunked, identity\r\n", &chunked)),
        ("a space before the colon", post("Content-Length : 0\r\nX: y\r\n", HIDDEN)),
        ("a folded header", post("X: y\r\n Content-Length: 45\r\n", HIDDEN)),
        ("a zero in a header", post("X: a\0b\r\n", HIDDEN)),
        ("a return in a header", post("X: a\rContent-Length: 45\r\n", HIDDEN)),
        ("a chunk without a length", post("Transfer-Encoding: chunked\r\n", &format!("\r\n{HIDDEN}"))),
        (
            "a chunk of endless length",
            post("Transfer-Encoding: chunked\r\n", &format!("fffffffffffffffff\r\n{HIDDEN}")),
        ),
        (
            "a chunked request of HTTP/1.0",
            format!("POST /api/messages HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n{chunked}"),
        ),
        ("no version", "GET /\r\n\r\n".to_owned()),
        ("HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned()),
        ("another host in the address", "GET http://evil.example/ HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n".to_owned()),
    ];
    let mut wrong = Vec::new();
    for (what, request) in cases {
        let statuses = statuses(&reader, request.as_bytes()).await;
        // A server may read such a request as chunked if it then closes the connection (RFC 9112, 6.1). This reader cannot post.
        let is_chunked = what.starts_with("both lengths") && statuses == [503];
        let is_refused = statuses.len() <= 1 && statuses.iter().all(|status| (400..500).contains(status));
        if !is_refused && !is_chunked {
            wrong.push(format!("{what}: {statuses:?}"));
        }
    }
    assert_eq!(wrong, [""; 0]);
}

#[tokio::test]
async fn what_is_larger_than_anything_should_be_is_refused_and_the_next_client_is_served() {
    let wall = Wall::empty();
    let reader = wall.reader().await;
    let get = |path: &str, headers: &str| format!("GET {path} HTTP/1.1\r\nHost: x\r\n{headers}\r\n");
    let many = |count: usize| (0..count).map(|number| format!("X-{number}: y\r\n")).collect::<String>();
    let cases = [
        ("an address of 1 MiB", get(&format!("/{}", "a".repeat(1 << 20)), ""), [414, 431]),
        ("a header of 1 MiB", get("/", &format!("X: {}\r\n", "a".repeat(1 << 20))), [431, 431]),
        ("10,000 headers", get("/", &many(10_000)), [431, 431]),
        ("a body of 512 KiB", post(&format!("Content-Length: {}\r\n", 1 << 19), &"a".repeat(1 << 19)), [413, 413]),
        (
            "a cookie of 60 KB",
            get("/api/session", &format!("Cookie: messagewall={}\r\n", "a".repeat(60_000))),
            [200, 431],
        ),
        ("a token of 60 KB", get("/metrics", &format!("Authorization: Bearer {}\r\n", "a".repeat(60_000))), [403, 431]),
        ("a cursor of 60 KB", get(&format!("/?before={}", "a".repeat(60_000)), ""), [200, 414]),
    ];
    for (what, request, expected) in cases {
        let statuses = statuses(&reader, request.as_bytes()).await;
        assert!(statuses.is_empty() || expected.contains(&statuses[0]), "{what}: {statuses:?}");
        assert_eq!(reader.get("/live").await.status(), 200, "{what}");
    }
}

#[tokio::test]
async fn an_address_leads_to_nothing_but_the_assets_of_the_program() {
    let wall = Wall::empty();
    let reader = wall.reader().await;
    for path in [
        "/assets/../Cargo.toml",
        "/assets/..%2f..%2fetc/passwd",
        "/assets/%00",
        "/pictures/..%2fcontent",
        "//etc/passwd",
        "/w/%2e%2e",
    ] {
        let request = format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n");
        let statuses = statuses(&reader, request.as_bytes()).await;
        assert!(statuses == [404] || statuses == [400], "{path}: {statuses:?}");
    }
    for method in ["TRACE", "CONNECT", "PUT", "PATCH", "FOO"] {
        let request = format!("{method} / HTTP/1.1\r\nHost: x\r\nX-HTTP-Method-Override: DELETE\r\n\r\n");
        assert_eq!(statuses(&reader, request.as_bytes()).await, [405], "{method}");
    }
}
