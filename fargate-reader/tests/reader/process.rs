//! The reader as a process: settings, signals, exit codes.

use std::net::TcpListener;
use std::process::{Command, ExitStatus, Stdio};

use rustix::process::Signal;
use support::{Process, free_address, wait_until};

use crate::wall::Wall;

/// The program, without what this machine's environment may say.
fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fargate-reader"));
    command.env_clear().stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

fn health(address: &str) -> ExitStatus {
    program().env("LISTEN", address).arg("healthcheck").status().unwrap()
}

#[test]
fn every_setting_that_makes_no_sense_is_named_at_once() {
    let output = program()
        .args(["--listen", "nope", "--log", "=["])
        .env("WATCH", "poll")
        .env("WATCH_INTERVAL_MS", "-1")
        .env("WALL_DIR", "")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(64));
    let told = String::from_utf8(output.stderr).unwrap();
    for name in ["LISTEN", "WATCH)", "WATCH_INTERVAL_MS", "WALL_DIR", "RUST_LOG"] {
        assert!(told.contains(name), "{name} is not named in\n{told}");
    }
}

#[test]
fn it_serves_until_it_is_told_to_stop_and_its_health_can_be_asked_for() {
    let wall = Wall::empty();
    let address = free_address().unwrap().to_string();
    assert_eq!(health(&address).code(), Some(1));
    let mut command = program();
    command.env("LISTEN", &address).env("WALL_DIR", wall.path());
    let mut process = Process::start(command).unwrap();
    wait_until("volume_ok in the log", || process.output().contains("volume_ok"));
    assert_eq!(health(&address).code(), Some(0));

    process.signal(Signal::TERM).unwrap();
    assert_eq!(process.wait().unwrap().code(), Some(0));
    assert_eq!(health(&address).code(), Some(1));
}

#[test]
fn a_port_in_use_is_said_and_ends_it() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = program().env("LISTEN", &address).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains(&address) && told.contains("in use"), "{told}");
}
