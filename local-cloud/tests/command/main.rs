//! The command `messagewall`, as a user runs it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod events;
mod inference;
mod model;
mod post;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use support::{Process, wait_until as eventually};

fn messagewall(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_messagewall"));
    command.args(arguments);
    command
}

fn fed(arguments: &[&str], input: &str) -> Output {
    fed_by(messagewall(arguments), input.as_bytes())
}

fn fed_by(mut command: Command, input: &[u8]) -> Output {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // The process may end before it reads its input.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

fn complaint(output: &Output) -> String {
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(complaint.lines().count(), 1, "one line: {complaint}");
    complaint
}

/// A running `messagewall up`, in a temporary directory and on free ports.
struct Up {
    process: Process,
    directory: tempfile::TempDir,
}

impl Up {
    fn start() -> Self {
        Self::start_with(&[], &[])
    }

    fn start_with(arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let free = "127.0.0.1:0";
        let mut command = messagewall(&["up", "--listen", free, "--api", free, "--runtime-api", free]);
        command.args(["--environments", "2"]).args(arguments).envs(environment.iter().copied());
        command.current_dir(directory.path());
        let up = Self { process: Process::start(command).unwrap(), directory };
        eventually("everything is up", || up.printed().contains("Ctrl-C"));
        up
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }

    fn printed(&self) -> String {
        self.process.stdout()
    }

    fn errors(&self) -> String {
        self.process.stderr()
    }

    /// Returns the address that was printed after `word`.
    fn address(&self, word: &str) -> String {
        let output = self.printed();
        let line = output.lines().find(|line| line.trim_start().starts_with(word)).unwrap();
        line.split_whitespace().nth(1).unwrap().trim_end_matches('/').to_owned()
    }

    fn children(&self) -> Vec<Pid> {
        let id = self.process.pid();
        // Any thread of the process may have started a child.
        let tasks = fs_err::read_dir(format!("/proc/{id}/task")).unwrap();
        let of_threads = tasks.filter_map(|task| fs_err::read_to_string(task.ok()?.path().join("children")).ok());
        let all: String = of_threads.collect::<Vec<_>>().join(" ");
        all.split_whitespace().filter_map(|pid| Pid::from_raw(pid.parse().ok()?)).collect()
    }

    /// Returns the child whose command line contains this subcommand.
    fn child(&self, subcommand: &str) -> Option<Pid> {
        let named = |pid: &Pid| {
            let line = fs_err::read(format!("/proc/{}/cmdline", pid.as_raw_nonzero())).unwrap_or_default();
            String::from_utf8_lossy(&line).contains(subcommand)
        };
        self.children().into_iter().find(named)
    }
}

fn gone(processes: &[Pid]) -> bool {
    processes.iter().all(|process| test_kill_process(*process).is_err())
}

#[test]
fn everything_starts_answers_and_ends_on_a_signal() {
    let mut up = Up::start();
    let children = up.children();
    assert_eq!(children.len(), 4, "two environments, one of the inference, and the reader");
    for url in [format!("{}/live", up.address("wall")), up.address("API")] {
        let asked = messagewall(&["healthcheck", &url]).status().unwrap();
        assert!(asked.success(), "{url}");
    }
    let api = up.address("API").replace("/default/MessageWall", "");
    let posted = fed(&["invoke", "--endpoint", &api, "-"], r#"{"command":"post","text":"Hello"}"#);
    assert!(posted.status.success() && String::from_utf8_lossy(&posted.stdout).contains("Hello"), "{posted:?}");
    let refused = fed(&["invoke", "--endpoint", &api, "-"], r#"{"command":"dance"}"#);
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    up.process.signal(Signal::INT).unwrap();
    assert!(up.process.wait().unwrap().success(), "{}", up.errors());
    assert!(gone(&children));
}

/// Proxies at which nothing listens, so that a request to them fails.
const PROXIES: [(&str, &str); 4] = [
    ("HTTP_PROXY", "http://127.0.0.1:1"),
    ("http_proxy", "http://127.0.0.1:1"),
    ("ALL_PROXY", "http://127.0.0.1:1"),
    ("no_proxy", "example.com"),
];

/// Posts to the wall's page as a browser does.
fn post(page: &str, text: &str) -> String {
    let mut connection = TcpStream::connect(page.trim_start_matches("http://")).unwrap();
    let head = "POST /api/messages HTTP/1.1\r\nHost: wall\r\nConnection: close\r\nContent-Type: text/plain\r\n";
    write!(connection, "{head}Content-Length: {}\r\n\r\n{text}", text.len()).unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn a_proxy_in_the_environment_is_not_used_for_this_machine() {
    let up = Up::start_with(&[], &PROXIES);
    let answer = post(&up.address("wall"), "Hello");
    assert!(answer.starts_with("HTTP/1.1 201 "), "the reader reaches the function: {answer}");

    let api = up.address("API").replace("/default/MessageWall", "");
    let mut invoke = messagewall(&["invoke", "--endpoint", &api, "-"]);
    invoke.envs(PROXIES);
    let read = fed_by(invoke, br#"{"command":"read"}"#);
    assert!(read.status.success() && String::from_utf8_lossy(&read.stdout).contains("Hello"), "{read:?}");
    let mut healthcheck = messagewall(&["healthcheck", &format!("{}/live", up.address("wall"))]);
    assert!(healthcheck.envs(PROXIES).status().unwrap().success());
}

#[test]
fn a_missing_volume_is_created_and_only_its_group_may_read_it() {
    let up = Up::start_with(&["--volume", "new/wall"], &[]);
    let mode = fs_err::metadata(up.path().join("new/wall")).unwrap().permissions().mode();
    assert_eq!(mode & 0o7777, 0o750);
}

#[test]
fn a_volume_that_is_not_a_directory_is_reported_in_one_line() {
    let directory = tempfile::tempdir().unwrap();
    fs_err::write(directory.path().join("file"), "").unwrap();
    for volume in ["file", "file/wall"] {
        let free = "127.0.0.1:0";
        let mut command = messagewall(&["up", "--listen", free, "--api", free, "--runtime-api", free]);
        let output = command.args(["--volume", volume]).current_dir(directory.path()).output().unwrap();
        let complaint = complaint(&output);
        assert!(complaint.contains("--volume: `file` is not a directory"), "{complaint}");
        assert_eq!(output.status.code(), Some(1));
    }
}

#[test]
fn no_process_outlives_a_parent_that_is_killed() {
    let mut up = Up::start();
    let children = up.children();
    up.process.kill();
    eventually("the children end", || gone(&children));
}

#[test]
fn everything_ends_when_the_reader_ends_and_the_cause_is_reported() {
    let mut up = Up::start();
    let children = up.children();
    kill_process(up.child("fargate-reader").unwrap(), Signal::KILL).unwrap();
    assert_eq!(up.process.wait().unwrap().code(), Some(1));
    assert!(up.errors().contains("the reader ended unasked (signal: 9 (SIGKILL))"), "{}", up.errors());
    assert!(gone(&children));
}

#[test]
fn an_environment_that_ends_is_replaced() {
    let up = Up::start();
    let dead = up.child("lambda-writer").unwrap();
    kill_process(dead, Signal::KILL).unwrap();
    eventually("there is a new one", || up.children().len() == 4 && gone(&[dead]));
}

#[test]
fn a_port_in_use_is_reported_in_one_line_before_anything_starts() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().map(|address| (taken, address.to_string())).unwrap();
    let directory = tempfile::tempdir().unwrap();
    for flag in ["--listen", "--api", "--runtime-api"] {
        let mut command = messagewall(&["up"]);
        for other in ["--listen", "--api", "--runtime-api"] {
            command.args([other, if other == flag { &taken.1 } else { "127.0.0.1:0" }]);
        }
        let output = command.current_dir(directory.path()).output().unwrap();
        let complaint = complaint(&output);
        assert!(complaint.contains(&taken.1) && complaint.contains(flag), "{complaint}");
        assert_eq!(output.status.code(), Some(1));
        assert!(!directory.path().join(".messagewall").exists());
    }
}

#[test]
fn a_wrong_setting_is_named_with_its_value() {
    for (flag, value) in [
        ("--listen", "here"),
        ("--api", ":9000"),
        ("--runtime-api", "127.0.0.1:65536"),
        ("--environments", "0"),
        ("--environments", "65"),
        ("--inference-environments", "17"),
        ("--timeout", "long"),
        ("--timeout", "901"),
        ("--queue", "10001"),
    ] {
        let output = messagewall(&["up", flag, value]).output().unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert!(error.contains(flag) && error.contains(&format!("'{value}'")), "{error}");
        assert_eq!(output.status.code(), Some(64), "{flag} {value}");
    }
}

#[test]
fn a_wrong_admin_token_is_named_in_one_line() {
    let directory = tempfile::tempdir().unwrap();
    fs_err::write(directory.path().join("empty"), " \n").unwrap();
    fs_err::write(directory.path().join("token"), "secret\n").unwrap();
    for (file, token, expected) in
        [("missing", "", "missing"), ("empty", "", "`empty` is empty"), ("token", "secret", "are both set")]
    {
        let mut command = messagewall(&["up", "--admin-token-file", file]);
        let output = command.env("ADMIN_TOKEN", token).current_dir(directory.path()).output().unwrap();
        let complaint = complaint(&output);
        assert!(complaint.contains("--admin-token-file") && complaint.contains(expected), "{complaint}");
        assert_eq!(output.status.code(), Some(64));
    }
}

#[test]
fn a_token_is_in_the_environment_of_the_reader_and_on_no_command_line() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("token");
    fs_err::write(&file, "hunter2\n").unwrap();
    let in_file = ["ADMIN_TOKEN_FILE", file.to_str().unwrap()];
    for [variable, value] in [["ADMIN_TOKEN", "hunter2"], in_file, ["POSTER_TOKEN", "hunter2"]] {
        let up = Up::start_with(&[], &[(variable, value)]);
        let proc = |process: Pid, what: &str| {
            let bytes = fs_err::read(format!("/proc/{}/{what}", process.as_raw_nonzero())).unwrap();
            String::from_utf8_lossy(&bytes).split('\0').map(str::to_owned).collect::<Vec<_>>()
        };
        for process in up.children() {
            let (line, environment) = (proc(process, "cmdline"), proc(process, "environ"));
            assert!(!line.iter().any(|argument| argument.contains("hunter2")), "{line:?}");
            let has_token = environment.contains(&format!("{variable}={value}"));
            assert_eq!(has_token, line.iter().any(|argument| argument == "fargate-reader"), "{variable}: {line:?}");
        }
        assert!(!up.printed().contains("hunter2"), "{}", up.printed());
    }
}

#[test]
fn the_link_that_is_printed_signs_an_administrator_in() {
    let up = Up::start();
    let link = up.address("admin");
    let token = link.split_once("/login?token=").expect("a link with a token").1.to_owned();
    assert!(token.len() >= 32, "{token}");
    assert_ne!(Up::start().address("admin").rsplit('=').next(), Some(token.as_str()), "each start makes another token");
    assert!(!up.errors().contains(&token));
}

#[test]
fn an_event_that_cannot_be_sent_is_reported_in_one_line() {
    let nobody = "http://127.0.0.1:1";
    for (file, input, expected) in
        [("-", "{nope", "not JSON"), ("missing.json", "", "missing.json"), ("-", "{}", "nothing answers at")]
    {
        let output = fed(&["invoke", "--endpoint", nobody, file], input);
        assert!(complaint(&output).contains(expected), "{}", complaint(&output));
        assert_eq!(output.status.code(), Some(1));
    }
}

#[test]
fn a_file_that_is_not_utf_8_is_reported_with_its_byte() {
    let directory = tempfile::tempdir().unwrap();
    let utf_16 = |order: fn(u16) -> [u8; 2], text: &str| text.encode_utf16().flat_map(order).collect::<Vec<u8>>();
    for (file, bytes, expected) in [
        ("latin1.json", b"{\"command\":\"post\",\"text\":\"caf\xe9\"}".to_vec(), "byte 29 is 0xe9"),
        ("windows.json", utf_16(u16::to_le_bytes, "\u{feff}{}"), "UTF-16; save it as UTF-8"),
        ("big.json", utf_16(u16::to_be_bytes, "\u{feff}{}"), "UTF-16; save it as UTF-8"),
        ("unmarked.json", utf_16(u16::to_le_bytes, "{}"), "UTF-16; save it as UTF-8"),
    ] {
        let path = directory.path().join(file);
        fs_err::write(&path, bytes).unwrap();
        let output = messagewall(&["invoke", path.to_str().unwrap()]).output().unwrap();
        let complaint = complaint(&output);
        assert!(complaint.contains(file) && complaint.contains(expected), "{complaint}");
        assert_eq!(output.status.code(), Some(1));
    }
}

#[test]
fn an_event_may_begin_with_a_byte_order_mark() {
    let up = Up::start();
    let api = up.address("API").replace("/default/MessageWall", "");
    let event =
        "\u{feff}{\"source\":\"messagewall\",\"detail-type\":\"Message Posted\",\"detail\":{\"text\":\"Hello\"}}\r\n";
    let posted = fed(&["invoke", "--endpoint", &api, "-"], event);
    assert!(posted.status.success() && String::from_utf8_lossy(&posted.stdout).contains("Hello"), "{posted:?}");
}

#[test]
fn a_configuration_is_checked() {
    assert!(fed(&["check", "-"], r#"{"title":"Hello"}"#).status.success());
    let output = fed(&["check", "-"], r#"{"title":5}"#);
    assert!(complaint(&output).contains("title"), "{}", complaint(&output));
    assert_eq!(output.status.code(), Some(1));
}
