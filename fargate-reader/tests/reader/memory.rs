//! Clients that do not read their responses cost the reader little memory.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::json;

use crate::function::Posting;
use crate::wall::Wall;

const CLIENTS: usize = 300;

/// The largest cost of a client that does not read shared bytes, in bytes. The response is fifty times as long.
const SHARED: usize = 64 * 1024;

/// The largest cost of a client for which older messages are encoded, in bytes.
const OWN: usize = 128 * 1024;

/// The memory of a container of `docker/compose.yaml`, in bytes.
const CONTAINER: usize = 256 * 1024 * 1024;

/// Returns a wall with this number of messages, each as long as a configuration allows.
fn long_wall(messages: usize) -> Wall {
    let wall = Wall::empty();
    wall.configure(json!({ "max_message_chars": 4000, "keep_messages": 10_000 }));
    wall.append(&vec!["\u{1f426}".repeat(4000).as_str(); messages]);
    wall
}

/// Returns the peak memory of a process, in bytes.
fn most_memory(process: u32) -> usize {
    let status = fs_err::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<usize>().unwrap() * 1024
}

/// Requests `path`, and reads only the beginning of the response.
fn ask(reader: &Posting, path: &str) -> TcpStream {
    let address = reader.address.strip_prefix("http://").unwrap();
    let mut connection = TcpStream::connect(address).unwrap();
    write!(connection, "GET {path} HTTP/1.1\r\nHost: wall\r\n\r\n").unwrap();
    connection.read_exact(&mut [0; 1024]).unwrap();
    connection
}

async fn check_cheap(path: &str, messages: usize, each: usize) {
    let wall = long_wall(messages);
    let reader = Posting::start(&wall).await;
    // Bytes that are encoded once are encoded now.
    for path in ["/", "/api/messages"] {
        assert!(reader.get(path).send().await.unwrap().bytes().await.unwrap().len() > 1_000_000);
    }
    let mut first = reader.get("/events").send().await.unwrap();
    let mut read = 0;
    while read < 3_000_000 {
        read += first.chunk().await.unwrap().unwrap().len();
    }
    let before = most_memory(reader.process.pid());
    let clients: Vec<_> = (0..CLIENTS).map(|_| ask(&reader, path)).collect();
    let grown = most_memory(reader.process.pid()) - before;
    assert!(grown < CLIENTS * each, "{path}: {} KiB each", grown / CLIENTS / 1024);
    drop(clients);
}

#[tokio::test]
async fn a_stream_that_is_not_read_costs_little() {
    check_cheap("/events", 100, SHARED).await;
}

#[tokio::test]
async fn a_page_that_is_not_read_costs_little() {
    check_cheap("/", 100, SHARED).await;
}

#[tokio::test]
async fn messages_that_are_not_read_cost_little() {
    check_cheap("/api/messages", 100, SHARED).await;
    check_cheap("/api/messages?limit=10000", 400, OWN).await;
}

#[tokio::test]
async fn the_longest_wall_that_a_configuration_allows_fits_a_container() {
    let wall = long_wall(1_500);
    assert!(
        fs_err::metadata(wall.dir().content()).unwrap().len() > 20_000_000,
        "the log is nearly as long as possible"
    );
    let reader = Posting::start(&wall).await;
    let all = async || {
        let answer = reader.get("/api/messages?limit=10000").send().await.unwrap();
        answer.bytes().await.unwrap().len()
    };
    let (first, second) = tokio::join!(all(), all());
    assert!(first > 20_000_000 && second == first);
    // The log is rewritten, so all of it is read again.
    let content = fs_err::read_to_string(wall.dir().content()).unwrap();
    wall.write("new", content.replacen("\u{1f426}", "\u{1f427}", 1));
    fs_err::rename(wall.path().join("new"), wall.dir().content()).unwrap();
    let begun = std::time::Instant::now();
    while !reader.get("/api/messages?limit=10000").send().await.unwrap().text().await.unwrap().contains('\u{1f427}') {
        assert!(begun.elapsed() < crate::wall::PATIENCE, "the reader does not see it");
    }
    let most = most_memory(reader.process.pid());
    assert!(most < CONTAINER, "{} MiB", most / 1024 / 1024);
}

/// Returns a document that is nearly as large as a document may be, with words that no other number has.
fn largest(number: u64) -> serde_json::Value {
    let word = |index: usize| format!("{}-{number}-{index}", "\u{1f426}".repeat(60));
    json!({
        "title": number.to_string(), "max_message_chars": 4000, "keep_messages": 10_000,
        "blocked_words": (0..990).map(word).collect::<Vec<_>>()
    })
}

#[tokio::test]
async fn two_hundred_generations_of_the_largest_configuration_fit_a_container_beside_the_longest_wall() {
    let wall = long_wall(1_500);
    for number in 2..=205 {
        // As the function writes it, which also reads the log each time.
        let published = json!({ "generation": number, "config": largest(number) }).to_string();
        fs_err::write(wall.dir().history_file(number), &published).unwrap();
        wall.write("config.json", published);
    }
    let size = fs_err::metadata(wall.dir().history_file(205)).unwrap().len();
    assert!(size > 240_000 && size <= 256 * 1024, "{size} bytes");
    let reader = Posting::start(&wall).await;
    let get = async |path: &str| {
        let answer = reader.admin(reqwest::Method::GET, path).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        answer.bytes().await.unwrap().len()
    };
    let begun = std::time::Instant::now();
    let complete = async || {
        let answer = reader.get("/api/config/history?limit=1").send().await.unwrap();
        answer.text().await.unwrap().contains(r#""complete":true"#)
    };
    while !complete().await {
        assert!(begun.elapsed() < crate::wall::PATIENCE, "the history is not read");
    }
    assert!(get("/api/config/diff?from=6&to=205").await > 500_000, "the oldest and the newest are kept");
    let all = get("/api/config/history?limit=200").await;
    assert!(all > 1024 * 1024 && all < 4 * 1024 * 1024, "a page of {all} bytes");
    let pages = futures_util::future::join_all((0..8).map(|_| get("/history")));
    assert!(pages.await.iter().all(|page| *page < 1024 * 1024));
    assert!(get("/api/messages?limit=10000").await > 20_000_000);
    let most = most_memory(reader.process.pid());
    assert!(most < CONTAINER, "{} MiB", most / 1024 / 1024);
}
