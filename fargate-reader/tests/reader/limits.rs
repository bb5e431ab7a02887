//! Limits: what a client that wants more than its share is told, and that others do not notice.

use std::num::NonZeroU32;

use fargate_reader::{Addresses, Limits, Settings};
use reqwest::Response;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::wall::{Reader, Wall};

async fn start(wall: &Wall, limits: Limits, proxies: usize) -> Reader {
    let addresses = Addresses { proxies, ..Addresses::default() };
    Reader::start(Settings { limits, addresses, ..wall.settings() }).await
}

/// Posts as the client at this address, behind one proxy.
async fn post(reader: &Reader, address: &str) -> Response {
    let request = reader.client.post(reader.url("/api/messages")).header("x-forwarded-for", address);
    request.header("content-type", "text/plain").body("Hello").send().await.unwrap()
}

fn wait(answer: &Response) -> u64 {
    answer.headers()["retry-after"].to_str().unwrap().parse().unwrap()
}

/// The status of a post that reaches the function, which these readers do not have.
const ALLOWED: u16 = 503;

#[tokio::test]
async fn a_client_that_posts_too_much_is_told_when_to_come_back_and_others_post() {
    let wall = Wall::empty();
    let limits = Limits { posts: NonZeroU32::new(5).unwrap(), ..Limits::default() };
    let reader = start(&wall, limits, 1).await;
    for _ in 0..5 {
        assert_eq!(post(&reader, "198.51.100.7").await.status(), ALLOWED);
    }
    // What stands before the address that the proxy has added is made up.
    for forged in ["198.51.100.7", "1.2.3.4, 198.51.100.7", "5.6.7.8,198.51.100.7:4711"] {
        let answer = post(&reader, forged).await;
        assert_eq!(answer.status(), 429);
        assert!((1..=13).contains(&wait(&answer)), "{answer:?}");
        let error = answer.text().await.unwrap();
        assert!(error.contains("posts_too_many") && error.contains("5 messages a minute"), "{error}");
    }
    assert_eq!(post(&reader, "198.51.100.8").await.status(), ALLOWED);
    assert_eq!(reader.get("/").await.status(), 200);
}

#[tokio::test]
async fn without_proxies_a_forged_address_changes_nothing() {
    let wall = Wall::empty();
    let reader = start(&wall, Limits { posts: NonZeroU32::MIN, ..Limits::default() }, 0).await;
    assert_eq!(post(&reader, "198.51.100.1").await.status(), ALLOWED);
    assert_eq!(post(&reader, "198.51.100.2").await.status(), 429);
}

#[tokio::test]
async fn a_flood_from_many_addresses_is_limited_as_a_whole() {
    let wall = Wall::empty();
    let wall_posts = NonZeroU32::new(40).unwrap();
    let reader = start(&wall, Limits { wall_posts, ..Limits::default() }, 1).await;
    let mut refused = 0;
    for number in 0..100 {
        let answer = post(&reader, &format!("198.51.100.{}", number % 10)).await;
        refused += i32::from(answer.status() == 429);
    }
    assert!(refused >= 50, "{refused}");
}

#[tokio::test]
async fn the_streams_are_limited_for_each_client_and_in_all() {
    let wall = Wall::empty();
    let reader = start(&wall, Limits { streams: 3, streams_per_client: 2, ..Limits::default() }, 1).await;
    let open = async |address: &str| {
        let request = reader.client.get(reader.url("/events")).header("x-forwarded-for", address);
        request.send().await.unwrap()
    };
    let mut streams = vec![open("198.51.100.1").await, open("198.51.100.1").await];
    let refused = open("198.51.100.1").await;
    assert_eq!((refused.status().as_u16(), wait(&refused)), (429, 10));
    streams.push(open("198.51.100.2").await);
    let refused = open("198.51.100.3").await;
    assert_eq!((refused.status().as_u16(), wait(&refused)), (503, 10));
    assert!(refused.text().await.unwrap().contains("streams_full"));
    assert!(streams.iter().all(|stream| stream.status() == 200));
    drop(streams);
    reader.eventually("/api/status", |status| status["streams"] == 0).await;
    assert_eq!(open("198.51.100.3").await.status(), 200);
}

#[tokio::test]
async fn idle_connections_and_half_requests_make_room_for_a_client_that_asks() {
    let wall = Wall::empty();
    let reader = start(&wall, Limits { connections: 16, ..Limits::default() }, 0).await;
    let address = reader.address.trim_start_matches("http://").to_owned();
    let mut idle = Vec::new();
    for number in 0..60 {
        let mut connection = TcpStream::connect(&address).await.unwrap();
        if number % 2 == 0 {
            connection.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow").await.unwrap();
        }
        idle.push(connection);
    }
    for _ in 0..20 {
        assert_eq!(reader.get("/live").await.status(), 200);
    }
    // The first ones were closed for those behind them.
    let mut closed = [0];
    assert!(matches!(idle[1].read(&mut closed).await, Ok(0) | Err(_)));
}

#[tokio::test]
async fn streams_leave_connections_to_other_requests() {
    let wall = Wall::empty();
    let reader = start(&wall, Limits { connections: 16, ..Limits::default() }, 0).await;
    let open = || support::client().get(reader.url("/events")).send();
    let mut streams = Vec::new();
    for _ in 0..14 {
        streams.push(open().await.unwrap());
    }
    assert!(streams.iter().all(|stream| stream.status() == 200));
    assert_eq!(open().await.unwrap().status(), 503);
    assert_eq!(reader.get("/live").await.status(), 200);
}

#[tokio::test]
async fn requests_that_are_being_answered_make_no_room_and_the_answer_says_so() {
    let wall = Wall::empty();
    let reader = start(&wall, Limits { connections: 16, ..Limits::default() }, 0).await;
    let mut working = Vec::new();
    for _ in 0..16 {
        let mut connection = TcpStream::connect(reader.address.trim_start_matches("http://")).await.unwrap();
        let half =
            b"POST /api/messages HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 9\r\n\r\nslow";
        connection.write_all(half).await.unwrap();
        working.push(connection);
    }
    let live = || support::client().get(reader.url("/live")).send();
    let until = async |status: u16| {
        loop {
            let answer = live().await.unwrap();
            if answer.status() == status {
                return answer;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    // The first tries may meet a connection whose request was not read yet, and which makes room.
    let full = tokio::time::timeout(crate::wall::PATIENCE, until(503)).await;
    if let Ok(full) = full {
        assert_eq!(wait(&full), 1);
        assert_eq!(full.json::<serde_json::Value>().await.unwrap()["error"], "connections_full");
    }
    drop(working);
    tokio::time::timeout(crate::wall::PATIENCE, until(200)).await.unwrap();
}

#[tokio::test]
async fn an_answer_that_is_being_read_is_not_cut_off_for_others() {
    let wall = Wall::empty();
    wall.configure(serde_json::json!({ "max_message_chars": 4000 }));
    wall.append(&vec!["x".repeat(4000).as_str(); 400]);
    let reader = start(&wall, Limits { connections: 16, ..Limits::default() }, 0).await;
    reader.eventually("/api/status", |status| status["messages"] == 400).await;
    let address = reader.address.trim_start_matches("http://").to_owned();
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(8192).unwrap();
    let mut slow = socket.connect(address.parse().unwrap()).await.unwrap();
    let request = b"GET /api/messages?limit=1000 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    slow.write_all(request).await.unwrap();
    let mut answer = vec![0; 10_000];
    slow.read_exact(&mut answer).await.unwrap();
    let mut idle = Vec::new();
    for _ in 0..60 {
        idle.push(TcpStream::connect(&address).await.unwrap());
    }
    assert_eq!(reader.get("/live").await.status(), 200);
    slow.read_to_end(&mut answer).await.unwrap();
    let whole = reader.get("/api/messages?limit=1000").await.bytes().await.unwrap();
    // The last chunk is empty.
    let is_whole = answer.len() > whole.len() && answer.ends_with(b"\r\n0\r\n\r\n");
    assert!(is_whole, "{} of {} bytes", answer.len(), whole.len());
}

#[tokio::test]
async fn large_bodies_that_come_slowly_take_little_memory_and_delay_no_short_message() {
    let wall = Wall::empty();
    let reader = crate::function::Posting::start(&wall).await;
    let address = reader.address.trim_start_matches("http://").to_owned();
    let resident = || {
        let status = fs_err::read_to_string(format!("/proc/{}/status", reader.process.pid())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<usize>().unwrap()
    };
    let before = resident();
    let head = b"POST /api/config HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer secret\r\nContent-Type: application/json\r\nContent-Length: 262144\r\n\r\n";
    let mut slow = Vec::new();
    for _ in 0..400 {
        let mut connection = TcpStream::connect(&address).await.unwrap();
        connection.write_all(head).await.unwrap();
        // What the reader does not take stays in the buffers of the kernel.
        drop(tokio::time::timeout(std::time::Duration::from_millis(20), connection.write_all(&[b' '; 250_000])).await);
        slow.push(connection);
    }
    let posted = reader.post("text/plain", "short").send().await.unwrap();
    assert_eq!(posted.status(), 201);
    let grown = resident().saturating_sub(before) / 1024;
    assert!(grown < 100, "{grown} MiB for {} bodies", slow.len());
}
