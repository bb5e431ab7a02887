//! The other tasks and the local cloud on the page of how everything works.

use std::net::SocketAddr;
use std::time::Duration;

use fargate_reader::Settings;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::{between, shown, strangers, until, value};
use crate::wall::{PATIENCE, Reader, Wall};

/// Answers every connection with these bytes, or holds it open for ever if there are none.
async fn program(answer: Option<Vec<u8>>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let mut held = Vec::new();
        while let Ok((mut connection, _)) = listener.accept().await {
            match answer.clone() {
                None => held.push(connection),
                Some(answer) => drop(tokio::spawn(async move {
                    let _ = connection.read(&mut [0; 4096]).await;
                    let _ = connection.write_all(&answer).await;
                    // Ten gigabytes, if anybody takes them.
                    let more = vec![b' '; 1 << 20];
                    for _ in 0..10_000 {
                        if connection.write_all(&more).await.is_err() {
                            return;
                        }
                    }
                })),
            }
        }
    });
    address
}

fn http(head: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 200 OK\r\n{head}\r\n{body}").into_bytes()
}

#[tokio::test]
async fn tasks_ask_each_other_and_one_that_does_not_answer_is_shown_as_such() {
    let wall = Wall::empty();
    wall.configure(json!({ "title": "One" }));
    let ports: Vec<SocketAddr> = {
        let listeners: Vec<_> = (0..2).map(|_| std::net::TcpListener::bind("127.0.0.1:0").unwrap()).collect();
        listeners.iter().map(|listener| listener.local_addr().unwrap()).collect()
    };
    let endless = program(Some(http("transfer-encoding: chunked\r\n", "ffffffff\r\n"))).await;
    let silent = program(None).await;
    let hostile = json!({ "task": {
        "task": format!("<b>\u{202e}{}", "x".repeat(5_000)), "uptime_s": 1e300, "streams": u64::MAX, "generation": u64::MAX,
        "requests_s": 1e300, "looked_ms": [u64::MAX, 5], "found_ms": vec![1; 5_000],
    } });
    let hostile = hostile.to_string();
    let hostile = program(Some(http(&format!("content-length: {}\r\n", hostile.len()), &hostile))).await;
    let names = [ports[0], ports[1], endless, silent, hostile].map(|address| address.to_string()).join(",");
    let settings = |task: &str, internal: SocketAddr| Settings {
        task: task.to_owned(),
        internal_listen: Some(internal),
        readers: names.parse().unwrap(),
        ..wall.settings()
    };
    let first = Reader::start(settings("first-0001", ports[0])).await;
    first.eventually("/ready", |ready| ready["ready"] == json!(true)).await;
    let second = Reader::start(settings("second-0002", ports[1])).await;
    second.eventually("/ready", |ready| ready["ready"] == json!(true)).await;
    let page = until(&first, "task …0002").await;
    assert!(!page.contains("…0001"), "a task is not another one to itself");
    assert!(page.contains(&format!("task at {endless}")) && page.contains("longer than 64 KiB"), "{page}");
    assert!(page.contains(&format!("task at {silent}")) && page.contains("no answer in time"), "{page}");
    assert!(page.contains("task …xxxx") && !page.contains('\u{202e}') && page.contains("now: all 3 tasks"), "{page}");
    // The other task tells of its browsers.
    let _stream = second.follow("/events", None).await;
    let begun = std::time::Instant::now();
    while !between(&shown(&first, "/status").await, "you read it.", "Back from").contains("1 here") {
        assert!(begun.elapsed() < PATIENCE);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    second.shut_down().await.unwrap();
    until(&first, &format!("task at {}", ports[1])).await;

    // Strangers see neither addresses nor reasons.
    let stranger =
        Reader::start(Settings { roles: strangers(), internal_listen: None, ..settings("third", ports[1]) }).await;
    let page = until(&stranger, "another task").await;
    assert!(!page.contains(&silent.to_string()) && !page.contains("64 KiB"), "{page}");
}

#[tokio::test]
async fn nobody_is_asked_while_nobody_watches() {
    let wall = Wall::empty();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let readers = listener.local_addr().unwrap().to_string().parse().unwrap();
    let reader = Reader::start(Settings { readers, ..wall.settings() }).await;
    reader.eventually("/ready", |ready| ready["ready"] == json!(true)).await;
    let asked = tokio::time::timeout(Duration::from_millis(300), listener.accept()).await;
    assert!(asked.is_err(), "it was asked");
    let (page, asked) = tokio::join!(reader.get("/status"), tokio::time::timeout(PATIENCE, listener.accept()));
    assert!(asked.is_ok() && page.status() == 200);
}

#[tokio::test]
async fn the_local_cloud_tells_its_environments_and_whatever_it_answers_the_page_is_there() {
    let wall = Wall::empty();
    let environments: Vec<_> = (0..9)
        .map(|index| json!({ "state": if index == 1 { "busy" } else { "idle" }, "invocations": 100 + index }))
        .collect();
    let status = json!({ "environments": environments, "invocations": 1_204, "errors": 3, "throttles": 0, "new": {} });
    let status = status.to_string();
    let cloud = async |answer: Option<Vec<u8>>| {
        let address = program(answer).await;
        let cloud_status = Some(format!("http://{address}/status").parse().unwrap());
        let reader = Reader::start(Settings { cloud_status, ..wall.settings() }).await;
        reader.eventually("/ready", |ready| ready["ready"] == json!(true)).await;
        reader
    };
    let good = cloud(Some(http(&format!("content-length: {}\r\n", status.len()), &status))).await;
    let page = until(&good, "9 environments").await;
    assert_eq!((value(&page, "invocations"), value(&page, "errors")), ("1 204".to_owned(), "3".to_owned()));
    assert!(page.contains("2 at work") && page.contains("101 done") && page.contains("and 3 more"), "{page}");
    assert!(!page.contains("throttled") && !page.contains("CloudWatch"));
    for (answer, reason) in [
        (None, "no answer in time"),
        (Some(http("", "not json")), "64 KiB"),
        (Some(http("content-length: 3\r\n", "\"x\"")), "its answer"),
        (Some(b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n".to_vec()), "302"),
    ] {
        let reader = cloud(answer).await;
        let page = until(&reader, "The local cloud does not answer").await;
        assert!(page.contains(reason) && page.contains("the volume keeps it,"), "{reason} is not in\n{page}");
    }
}
