//! Clients that send requests to a program all the time, and count those that fail.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use anyhow::{Context, Result, ensure};

/// Sends a request on a connection of its own, and returns the body.
pub(crate) fn fetch(address: SocketAddr, path: &str) -> Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(5))?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let (head, body) = answer.split_once("\r\n\r\n").with_context(|| format!("no head: {answer:?}"))?;
    ensure!(head.starts_with("HTTP/1.1 200"), "{head}");
    Ok(body.to_owned())
}

/// Clients in threads.
pub(crate) struct Load {
    stop: Arc<AtomicBool>,
    clients: Vec<JoinHandle<(u64, Vec<String>)>>,
}

impl Load {
    pub(crate) fn start(address: SocketAddr) -> Self {
        let stop = Arc::<AtomicBool>::default();
        let client = || {
            let stop = Arc::clone(&stop);
            thread::spawn(move || {
                let (mut requests, mut failures) = (0, Vec::new());
                while !stop.load(Ordering::Relaxed) {
                    requests += 1;
                    if let Err(error) = fetch(address, "/") {
                        failures.push(format!("{error:#}"));
                    }
                }
                (requests, failures)
            })
        };
        let clients = (0..4).map(|_| client()).collect();
        Self { stop, clients }
    }

    /// Ends the clients and prints the number of requests. None may have failed.
    #[expect(clippy::print_stdout, reason = "the tests exist for their figures, too")]
    pub(crate) fn finish(self, program: &str) -> Result<()> {
        self.stop.store(true, Ordering::Relaxed);
        let mut all = 0;
        for client in self.clients {
            let (requests, failures) = client.join().map_err(|_| anyhow::anyhow!("a client panicked"))?;
            ensure!(failures.is_empty(), "{} of {requests} requests failed: {:?}", failures.len(), failures.first());
            all += requests;
        }
        println!("{program}: {all} requests during the reloads, none failed");
        Ok(())
    }
}
