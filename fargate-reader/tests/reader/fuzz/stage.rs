//! A reader without a function, as a process of its own, whose memory is watched.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;

use serde_json::json;
use shared_volume::wall::{Cursor, newest};
use support::fuzz::{Fuzzer, Input, Verdict};
use support::{Process, free_address, wait_until};

use super::connection::{Connection, Request};
use crate::uploads::Directory;
use crate::wall::Wall;

/// The largest growth of a reader while it answers, in bytes: a container has 256 MiB.
const GROWTH: u64 = 128 << 20;

/// The token of the administrator.
pub(super) const TOKEN: &str = "secret";

/// A wall with some messages and configurations, and a reader of it.
pub(super) struct Stage {
    wall: Wall,
    process: Process,
    pub(super) address: String,
    _uploads: Directory,
}

impl Stage {
    pub(super) fn new() -> Self {
        let (wall, uploads) = (Wall::empty(), Directory::new());
        (0..5).for_each(|number| drop(wall.configure(json!({ "title": format!("Wall {number}") }))));
        wall.append(&["one", "two", "three"]);
        wall.append_plain("four, from another program\n");
        let address = free_address().unwrap().to_string();
        let mut command = Command::new(env!("CARGO_BIN_EXE_fargate-reader"));
        command.env_clear().env("LISTEN", &address).env("WALL_DIR", wall.path()).env("RUST_LOG", "error");
        command.env("UPLOADS_DIR", uploads.path()).env("ADMIN_TOKEN", TOKEN);
        let process = Process::start(command).unwrap();
        wait_until("a reader that listens", || TcpStream::connect(&address).is_ok());
        let stage = Self { wall, process, address, _uploads: uploads };
        let mut connection = stage.connect();
        let ready = Request { method: "GET", target: b"/ready", headers: Vec::new(), body: b"" };
        wait_until("a ready reader", || connection.attempt_status(&ready) == 200);
        stage
    }

    pub(super) fn connect(&self) -> Connection {
        Connection::to(&self.address)
    }

    /// Signs in as the administrator, and returns the cookie of the session as browsers send it.
    pub(super) fn session(&self) -> String {
        let form = format!("token={TOKEN}");
        let head = format!(
            "POST /login HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             Content-Length: {}\r\n\r\n{form}",
            form.len()
        );
        let (mut connection, mut answer) = (TcpStream::connect(&self.address).unwrap(), String::new());
        connection.write_all(head.as_bytes()).unwrap();
        connection.read_to_string(&mut answer).unwrap();
        let cookie = answer.lines().find_map(|line| line.strip_prefix("set-cookie: messagewall=")).unwrap();
        format!("messagewall={}", cookie.split(';').next().unwrap())
    }

    /// Returns the cursors before and after the newest message.
    pub(super) fn cursors(&self) -> [Cursor; 2] {
        let newest = newest(&self.wall.dir(), 1).unwrap();
        [newest.older.unwrap(), newest.cursor]
    }

    /// Runs a fuzzer with a watch on the reader.
    pub(super) fn run(&self, fuzzer: Fuzzer, check: impl FnMut(&Input) -> Verdict) {
        run(&self.process, fuzzer, check);
    }
}

/// Runs a fuzzer of a reader, whose memory stays bounded and which never panics.
pub(super) fn run(reader: &Process, fuzzer: Fuzzer, check: impl FnMut(&Input) -> Verdict) {
    fuzzer.within(reader.pid(), GROWTH).run(check);
    let output = reader.output();
    assert!(!output.contains("panicked"), "{output}");
}
