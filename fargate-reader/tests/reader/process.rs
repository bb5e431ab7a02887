//! The reader as a process: settings, signals, exit codes.

use std::net::TcpListener;
use std::process::{Command, ExitStatus, Stdio};

use rustix::process::Signal;
use support::{Process, free_address, wait_until};

use crate::wall::Wall;

/// Returns the program, without the environment of this machine.
fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fargate-reader"));
    command.env_clear().stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

fn health(address: &str) -> ExitStatus {
    program().env("LISTEN", address).arg("healthcheck").status().unwrap()
}

#[test]
fn an_invalid_setting_is_named_and_the_exit_code_is_64() {
    let missing = "/nowhere/token";
    for (variable, value, named) in [
        ("LISTEN", "nope", "--listen"),
        ("WATCH", "poll", "--watch"),
        ("WATCH_INTERVAL_MS", "-1", "--watch-interval-ms"),
        ("WATCH_INTERVAL_MS", "9", "--watch-interval-ms"),
        ("WATCH_INTERVAL_MS", "60001", "--watch-interval-ms"),
        ("REQUIRE_MOUNT", "perhaps", "--require-mount"),
        ("WALL_DIR", "", "--wall-dir"),
        ("RUST_LOG", "=[", "--log"),
        ("ADMIN_TOKEN_FILE", missing, missing),
        ("ADMIN_TOKEN_FILE", "/dev/null", "/dev/null is empty"),
    ] {
        let output = program().env(variable, value).output().unwrap();
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(64), "{variable}={value}: {error}");
        assert!(error.contains(named), "{named} is not in\n{error}");
    }
    let output = program().env("ADMIN_TOKEN", "secret").env("ADMIN_TOKEN_FILE", "/dev/null").output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(64));
    assert!(error.contains("ADMIN_TOKEN_FILE") && !error.contains("secret"), "{error}");
}

#[test]
fn it_serves_until_sigterm_and_answers_the_health_check() {
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
fn a_port_in_use_is_reported_and_ends_the_program() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = program().env("LISTEN", &address).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let logs = String::from_utf8(output.stderr).unwrap();
    assert!(logs.contains(&address) && logs.contains("in use"), "{logs}");
}
