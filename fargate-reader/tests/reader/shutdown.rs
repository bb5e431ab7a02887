//! The shutdown of the reader.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

use crate::wall::Wall;

#[tokio::test]
async fn a_shutdown_ends_two_hundred_open_streams_at_once() {
    let wall = Wall::empty();
    let reader = wall.reader().await;
    let mut streams = join_all((0..200).map(|_| reader.follow("/events", None))).await;
    for events in &mut streams {
        events.next(&["wall"]).await;
    }
    let begun = Instant::now();
    let ended = tokio::join!(reader.shut_down(), join_all(streams.into_iter().map(|events| events.ends())));
    ended.0.unwrap();
    assert!(ended.1.iter().all(|ended| *ended));
    // The promise to operators.
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_connection_without_a_request_does_not_delay_the_shutdown() {
    let wall = Wall::empty();
    let reader = wall.reader().await;
    let address = reader.address.trim_start_matches("http://").to_owned();
    let _silent = TcpStream::connect(&address).await.unwrap();
    let mut half = TcpStream::connect(&address).await.unwrap();
    half.write_all(b"GET / HTTP/1.1\r\nHost: x").await.unwrap();
    // The reader waits 5 s for requests that are under way.
    let begun = Instant::now();
    reader.shut_down().await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_client_that_reads_nothing_does_not_delay_the_shutdown() {
    let wall = Wall::empty();
    wall.append(&["first"]);
    let reader = wall.reader().await;
    let address = reader.address.trim_start_matches("http://").to_owned();
    let mut unread = TcpStream::connect(&address).await.unwrap();
    unread.write_all(b"GET /events HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    // More than the kernel buffers for a client that does not read.
    let line = format!("{}\n", "x".repeat(15_000));
    let mut others = reader.follow("/events", None).await;
    others.next(&["wall"]).await;
    for _ in 0..20 {
        wall.append_plain(&line.repeat(50));
        others.next(&["message", "wall"]).await;
    }
    let begun = Instant::now();
    reader.shut_down().await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn an_answer_that_is_being_read_is_sent_to_its_end_after_the_shutdown_has_begun() {
    let wall = Wall::empty();
    wall.configure(serde_json::json!({ "max_message_chars": 4000 }));
    wall.append(&vec!["x".repeat(4000).as_str(); 400]);
    let reader = wall.reader().await;
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(8192).unwrap();
    let address = reader.address.trim_start_matches("http://").parse().unwrap();
    let mut slow = socket.connect(address).await.unwrap();
    slow.write_all(b"GET /api/messages?limit=1000 HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let mut answer = vec![0; 10_000];
    slow.read_exact(&mut answer).await.unwrap();
    let read_on = async {
        // Longer than a client has that has sent half a request.
        tokio::time::sleep(Duration::from_millis(1500)).await;
        slow.read_to_end(&mut answer).await.unwrap();
    };
    let ended = tokio::join!(reader.shut_down(), read_on);
    ended.0.unwrap();
    assert!(answer.len() > 1_600_000 && answer.ends_with(b"\r\n0\r\n\r\n"), "{} bytes", answer.len());
}
