//! dnsmasq, which watches a directory of hosts by inotify.

use std::net::UdpSocket;
use std::time::Duration;

use super::program::{Place, Program, words};

const PORT: u16 = 8404;

pub(super) const PROGRAM: Program = Program {
    name: "dnsmasq",
    file: "hosts",
    content: |number| format!("10.1.{}.{} wall.test\n", number / 256, number % 256),
    refused: None,
    follow: &["--then", "touch"],
    is_child: false,
    start: |place| {
        let (hosts, port) = (format!("--hostsdir={}", place.directory()), format!("--port={PORT}"));
        words([
            "/bin/dnsmasq",
            "--no-daemon",
            "--conf-file=/dev/null",
            "--no-resolv",
            "--no-hosts",
            "--user=root",
            "--pid-file=",
            &port,
            &hosts,
        ])
    },
    shows,
    fetched: None,
};

/// Asks for the address of `wall.test`, of which the last two bytes are the generation.
fn shows(place: &Place) -> Option<usize> {
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    socket.set_read_timeout(Some(Duration::from_secs(2))).ok()?;
    let question = b"\0\x01\x01\0\0\x01\0\0\0\0\0\0\x04wall\x04test\0\0\x01\0\x01";
    socket.send_to(question, (place.host, PORT)).ok()?;
    let mut answer = [0; 512];
    let length = socket.recv(&mut answer).ok()?;
    let is_address = length > question.len() + 4 && answer[3] & 0xf == 0;
    let [.., high, low] = answer[..length] else { return None };
    is_address.then_some(usize::from(high) * 256 + usize::from(low))
}
