//! Requests as bytes on a connection.

use std::io::Write as _;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::wall::Wall;

/// Sends these bytes, closes this direction of the connection, and returns everything that is answered.
async fn answer(address: &str, request: &str) -> String {
    let mut connection = TcpStream::connect(address.trim_start_matches("http://")).await.unwrap();
    connection.write_all(request.as_bytes()).await.unwrap();
    connection.shutdown().await.unwrap();
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn a_client_that_closes_its_direction_behind_its_requests_gets_the_answers() {
    let wall = Wall::empty();
    let reader = wall.reader().await;
    let requests = "GET /live HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n";
    let answer = answer(&reader.address, requests).await;
    assert_eq!(answer.matches("HTTP/1.1 200 OK\r\n").count(), 2, "{answer}");
    assert!(answer.ends_with("</html>\n") || answer.ends_with("</html>"), "{answer}");
}

#[tokio::test]
async fn a_request_without_one_host_is_refused() {
    let wall = Wall::empty();
    let reader = wall.reader().await;
    for headers in ["", "Host: a\r\nHost: b\r\n", "Host: a\r\nHost: a\r\n"] {
        for path in ["/", "/live"] {
            let answer = answer(&reader.address, &format!("GET {path} HTTP/1.1\r\n{headers}\r\n")).await;
            assert!(answer.starts_with("HTTP/1.1 400 "), "{path} with {headers:?}: {answer}");
            assert!(answer.contains("host_invalid"), "{answer}");
        }
    }
    let old = answer(&reader.address, "GET /live HTTP/1.0\r\n\r\n").await;
    assert!(old.starts_with("HTTP/1.0 200 OK\r\n"), "{old}");
}

#[tokio::test]
async fn a_client_that_keeps_sending_behind_its_stream_is_disconnected_and_delays_nobody() {
    let wall = Wall::empty();
    let reader = wall.reader().await;
    let address = reader.address.trim_start_matches("http://").to_owned();
    let clients: Vec<_> = (0..8)
        .map(|_| {
            let address = address.clone();
            // A thread of its own: it sends as fast as the kernel takes it.
            std::thread::spawn(move || {
                let mut connection = std::net::TcpStream::connect(address).unwrap();
                connection.write_all(b"GET /events HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
                while connection.write_all(&[b'x'; 65_536]).is_ok() {}
            })
        })
        .collect();
    while !clients.iter().all(std::thread::JoinHandle::is_finished) {
        let live = answer(&reader.address, "GET /live HTTP/1.1\r\nHost: x\r\n\r\n").await;
        assert!(live.starts_with("HTTP/1.1 200 OK\r\n"), "{live}");
    }
}

/// Headers, and the bytes behind them, whose length two servers may read differently. A proxy and a server that do so answer a
/// request that hides in the body of another one.
pub(crate) const AMBIGUOUS: [&str; 18] = [
    "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    "Content-Length: 5\r\nContent-Length: 0\r\n\r\n",
    "Content-Length: 5, 0\r\n\r\n",
    "Content-Length: +5\r\n\r\n",
    "Content-Length: -1\r\n\r\n",
    "Content-Length: 0x5\r\n\r\n",
    "Content-Length: 99999999999999999999\r\n\r\n",
    "Content-Length : 5\r\n\r\n",
    "Content-Length:\r\n 5\r\n\r\n",
    "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
    "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n",
    "X: a\0b\r\n\r\n",
    "X: a\rTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
];

#[tokio::test]
async fn a_request_that_two_servers_may_read_differently_ends_its_connection() {
    let wall = Wall::empty();
    let reader = wall.reader().await;
    for headers in AMBIGUOUS {
        let hidden = "GET /live HTTP/1.1\r\nHost: x\r\n\r\n";
        let request = format!("POST /live HTTP/1.1\r\nHost: x\r\n{headers}{hidden}");
        let answer = answer(&reader.address, &request).await;
        assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{headers:?}: {answer}");
        assert!(answer.starts_with("HTTP/1.1 4"), "{headers:?}: {answer}");
    }
}
