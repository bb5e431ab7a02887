//! The reader as a process: settings, signals, exit codes.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, ExitStatus, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::wall::Wall;

/// The program, without what this machine's environment may say.
fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fargate-reader"));
    command.env_clear().stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

/// Waits for a line of the logs that says this.
fn wait_for(process: &mut Child, says: &str) {
    let mut logs = BufReader::new(process.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains(says) {
        line.clear();
        assert_ne!(logs.read_line(&mut line).unwrap(), 0, "it ended without saying {says:?}");
    }
    process.stderr = Some(logs.into_inner());
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
    // Another program may take the port in between, which would fail this test and no other.
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
    assert_eq!(health(&address).code(), Some(1));
    let mut process = program().env("LISTEN", &address).env("WALL_DIR", wall.path()).spawn().unwrap();
    wait_for(&mut process, "volume_ok");
    assert_eq!(health(&address).code(), Some(0));

    kill_process(Pid::from_child(&process), Signal::TERM).unwrap();
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
