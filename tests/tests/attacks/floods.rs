//! Floods and slow clients: others read and post meanwhile, and what was accepted is on the wall once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use reqwest::StatusCode;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use support::Reply;
use tests::{Wall, message_texts};
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;

use crate::client::Client;

/// The connections that the attackers open.
const IDLE: usize = 10_000;
/// The streams that they open and do not read.
const UNREAD: usize = 500;
/// The requests whose head or body does not end.
const SLOW: usize = 250;
/// The addresses from which they post.
const ADDRESSES: u8 = 40;
/// The pause between two posts of an address.
const PAUSE: Duration = Duration::from_millis(100);
/// The reads that are measured.
const READS: usize = 200;
/// The messages of the honest client, fewer than a half of those that it may post in a minute.
const HONEST: usize = 20;
/// The tries of the honest client to post a message.
const TRIES: usize = 20;
/// The most memory that the reader may have, in KiB.
const MOST_KIB: u64 = 256 * 1024;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(clippy::print_stdout, reason = "the figures are a result of the test")]
async fn readers_and_honest_posters_do_not_notice_floods_and_slow_clients() -> Result<()> {
    let nofile = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: nofile.maximum, maximum: nofile.maximum })?;
    let wall = Wall::builder()?.variable("MAX_CONNECTIONS", "4000").variable("MAX_STREAMS_PER_CLIENT", "200");
    let wall = wall.variable("POSTS_PER_MINUTE", "60").variable("WALL_POSTS_PER_MINUTE", "300").start().await?;
    let honest = Client::new(0, 9, &format!("http://{}", wall.address()))?;
    let unloaded = median(&wall, &honest).await?;

    let held = hold(&wall).await?;
    let (ends, mut floods) = (Arc::new(AtomicBool::new(false)), JoinSet::new());
    for number in 1..=ADDRESSES {
        let client = Client::new(1, number, &format!("http://{}", wall.address()))?;
        floods.spawn(flood(client, wall.page("/api/messages"), number, Arc::clone(&ends)));
    }
    let mut accepted = Vec::new();
    for number in 0..HONEST {
        let text = format!("honest {number}");
        insist(&honest, &wall.page("/api/messages"), &text).await?;
        accepted.push(text);
    }
    let loaded = median(&wall, &honest).await?;
    let memory = memory_kib(&wall)?;
    ends.store(true, Ordering::Relaxed);
    let mut refused = 0;
    for (of_address, refused_of_address) in floods.join_all().await {
        accepted.extend(of_address);
        refused += refused_of_address;
    }
    drop(held);

    ensure!(refused > 0, "the flood was no flood");
    ensure!(loaded <= 3 * unloaded, "a read takes {loaded:?} beside the flood, {unloaded:?} without it");
    ensure!(memory < MOST_KIB, "the reader has {memory} KiB");
    let page = wall.json("/api/messages?limit=10000").await?;
    let mut texts = message_texts(&page)?;
    texts.sort();
    accepted.sort();
    ensure!(texts == accepted, "{} accepted, {} on the wall", accepted.len(), texts.len());
    println!(
        "read {unloaded:?}, beside the flood {loaded:?}; reader {} MiB; {} accepted, {refused} refused",
        memory / 1024,
        accepted.len()
    );
    Ok(())
}

/// Opens the connections of the attackers, which stay open as long as the server keeps them.
async fn hold(wall: &Wall) -> Result<Vec<TcpStream>> {
    let mut held = Vec::new();
    for number in 0..IDLE {
        let socket = TcpSocket::new_v4()?;
        // More addresses than one: an address has too few ports.
        socket.bind(format!("127.0.2.{}:0", number % 8).parse()?)?;
        let mut connection = socket.connect(wall.address()).await?;
        let sent: &[u8] = match number {
            _ if number < UNREAD => b"GET /events HTTP/1.1\r\nHost: x\r\n\r\n",
            _ if number < UNREAD + SLOW => b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ",
            _ if number < UNREAD + 2 * SLOW => {
                b"POST /api/messages HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 9\r\n\r\nslow"
            }
            _ => b"",
        };
        connection.write_all(sent).await?;
        held.push(connection);
    }
    Ok(held)
}

/// Posts again and again. Returns what was accepted, and the number of refusals.
async fn flood(client: Client, url: String, address: u8, ends: Arc<AtomicBool>) -> (Vec<String>, usize) {
    let (mut accepted, mut refused) = (Vec::new(), 0);
    for number in 0.. {
        if ends.load(Ordering::Relaxed) {
            break;
        }
        let text = format!("flood {address} {number}");
        match client.post(&url, &text).await {
            Ok(reply) if reply.status == StatusCode::CREATED => accepted.push(text),
            _ => refused += 1,
        }
        tokio::time::sleep(PAUSE).await;
    }
    (accepted, refused)
}

/// Posts, and waits as long as the wall asks for if it has no room for the moment.
async fn insist(client: &Client, url: &str, text: &str) -> Result<()> {
    for _ in 0..TRIES {
        let reply = client.post(url, text).await?;
        if reply.status == StatusCode::CREATED {
            return Ok(());
        }
        ensure!(reply.status == StatusCode::TOO_MANY_REQUESTS, "{reply:?}");
        tokio::time::sleep(Duration::from_secs(reply.header("retry-after").parse()?)).await;
    }
    anyhow::bail!("{text}: refused {TRIES} times")
}

/// Returns the median time of a read, each on a new connection.
async fn median(wall: &Wall, client: &Client) -> Result<Duration> {
    let mut times = Vec::new();
    for _ in 0..READS {
        let begun = Instant::now();
        let request = client.http.get(wall.page("/api/messages")).header("connection", "close");
        Reply::to(request).await?.success()?;
        times.push(begun.elapsed());
    }
    times.sort();
    Ok(times[READS / 2])
}

fn memory_kib(wall: &Wall) -> Result<u64> {
    let reader = wall.child("fargate-reader")?;
    let status = fs_err::read_to_string(format!("/proc/{reader}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}
