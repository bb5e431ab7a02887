//! The program itself.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lambda-writer"));
    command.env_clear().stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

#[test]
fn bad_settings_are_named_at_once_and_exit_64() {
    let output = program().env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "big").output().unwrap();
    assert_eq!(output.status.code(), Some(64));
    let errors = String::from_utf8(output.stderr).unwrap();
    for name in ["RUNTIME_API", "FUNCTION_NAME", "FUNCTION_VERSION", "FUNCTION_MEMORY_SIZE"] {
        assert!(errors.contains(&format!("AWS_LAMBDA_{name}: ")), "{errors}");
    }
    for (variable, argument) in [("WALL_DIR", "--wall-dir"), ("RETRY_WINDOW", "--retry-window")] {
        let output = program().env(variable, "").output().unwrap();
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), errors.contains(argument)), (Some(64), true), "{errors}");
    }
    assert_eq!(program().arg("--nonsense").output().unwrap().status.code(), Some(64));
    assert_eq!(program().arg("--help").output().unwrap().status.code(), Some(0));
}

/// Starts the program and returns it while it waits for an event of a Runtime API that has none.
fn waiting() -> (Child, std::net::TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let child = program()
        .env("AWS_LAMBDA_RUNTIME_API", listener.local_addr().unwrap().to_string())
        .env("AWS_LAMBDA_FUNCTION_NAME", "MessageWall")
        .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
        .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
        .spawn()
        .unwrap();
    let (connection, _) = listener.accept().unwrap();
    let mut request = String::new();
    BufReader::new(&connection).read_line(&mut request).unwrap();
    assert_eq!(request, "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n");
    (child, connection)
}

#[test]
fn a_function_that_receives_a_signal_stops_without_an_error() {
    for signal in [Signal::TERM, Signal::INT] {
        let (mut child, _connection) = waiting();
        kill_process(Pid::from_child(&child), signal).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(0), "{signal:?}");
    }
}

#[test]
fn a_function_that_loses_the_runtime_api_exits_with_an_error() {
    let (mut child, mut connection) = waiting();
    connection.write_all(b"nonsense\r\n\r\n").unwrap();
    drop(connection);
    assert_eq!(child.wait().unwrap().code(), Some(1));
}
