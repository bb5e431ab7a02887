//! dnsmasq, which watches a directory of hosts by inotify: nothing has to be sent to it.

use std::net::{SocketAddr, UdpSocket};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use support::{Process, wait_until};

use crate::sidecar::Scene;
use crate::times::Times;

/// Asks for the address of `wall.test`. The last byte of it is returned.
fn ask(server: SocketAddr) -> Result<u8> {
    let socket = UdpSocket::bind("127.0.0.1:0")?;
    socket.set_read_timeout(Some(Duration::from_secs(2)))?;
    let question = b"\0\x01\x01\0\0\x01\0\0\0\0\0\0\x04wall\x04test\0\0\x01\0\x01";
    socket.send_to(question, server)?;
    let mut answer = [0; 512];
    let length = socket.recv(&mut answer)?;
    ensure!(length > question.len() + 4 && answer[3] & 0xf == 0, "no address");
    answer[..length].last().copied().context("an empty answer")
}

#[test]
fn dnsmasq_follows_its_directory_of_hosts_by_inotify() -> Result<()> {
    let scene = Scene::new()?.with(&["--then", "touch"]);
    let address = UdpSocket::bind("127.0.0.1:0")?.local_addr()?;
    let host = |generation: u8| format!("10.0.0.{generation} wall.test\n");
    scene.publish("hosts", host(1))?;
    let sidecar = scene.start()?;
    sidecar.until_ready();
    let mut command = Command::new("dnsmasq");
    command.args([
        "--no-daemon",
        "--conf-file=/dev/null",
        "--no-resolv",
        "--no-hosts",
        "--bind-interfaces",
        "--user=root",
    ]);
    command.arg("--pid-file=").arg(format!("--port={}", address.port())).arg("--listen-address=127.0.0.1");
    command.arg(format!("--hostsdir={}", scene.path("target").display()));
    let _dnsmasq = Process::start(command)?;
    wait_until("dnsmasq", || ask(address).is_ok_and(|found| found == 1));
    let mut times = Times::of("dnsmasq, by its own inotify");
    for generation in 2..=20 {
        scene.publish("hosts", host(generation))?;
        times.until("the host", || ask(address).is_ok_and(|found| found == generation));
    }
    Ok(())
}
