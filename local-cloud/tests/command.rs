//! `messagewall`, as a person uses it.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::Write;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, test_kill_process};

fn messagewall(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_messagewall"));
    command.args(arguments);
    command
}

fn fed(arguments: &[&str], input: &str) -> Output {
    let mut command = messagewall(arguments);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // It may end before it reads.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn complaint(output: &Output) -> String {
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(complaint.lines().count(), 1, "one line: {complaint}");
    complaint
}

/// Everything, started in a directory of its own on free ports.
struct Up {
    process: Child,
    directory: tempfile::TempDir,
}

impl Up {
    fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let said = fs_err::File::create(directory.path().join("said")).unwrap();
        let complained = fs_err::File::create(directory.path().join("complained")).unwrap();
        let free = "127.0.0.1:0";
        let mut command = messagewall(&["up", "--listen", free, "--api", free, "--runtime-api", free]);
        command.args(["--environments", "2"]).current_dir(directory.path());
        let process = command.stdout(said.into_parts().0).stderr(complained.into_parts().0).spawn().unwrap();
        let up = Self { process, directory };
        eventually("everything is up", || up.said().contains("Ctrl-C"));
        up
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }

    fn said(&self) -> String {
        fs_err::read_to_string(self.path().join("said")).unwrap()
    }

    fn complained(&self) -> String {
        fs_err::read_to_string(self.path().join("complained")).unwrap()
    }

    /// The address that was said after `word`.
    fn address(&self, word: &str) -> String {
        let said = self.said();
        let line = said.lines().find(|line| line.trim_start().starts_with(word)).unwrap();
        line.split_whitespace().nth(1).unwrap().trim_end_matches('/').to_owned()
    }

    fn pid(&self) -> Pid {
        Pid::from_child(&self.process)
    }

    fn children(&self) -> Vec<Pid> {
        let id = self.process.id();
        // Any thread may have started one.
        let tasks = fs_err::read_dir(format!("/proc/{id}/task")).unwrap();
        let of_threads = tasks.filter_map(|task| fs_err::read_to_string(task.ok()?.path().join("children")).ok());
        let all: String = of_threads.collect::<Vec<_>>().join(" ");
        all.split_whitespace().filter_map(|pid| Pid::from_raw(pid.parse().ok()?)).collect()
    }

    /// The child whose command line names this subcommand.
    fn child(&self, subcommand: &str) -> Pid {
        let named = |pid: &Pid| {
            let line = fs_err::read(format!("/proc/{}/cmdline", pid.as_raw_nonzero())).unwrap_or_default();
            String::from_utf8_lossy(&line).contains(subcommand)
        };
        self.children().into_iter().find(named).unwrap()
    }
}

impl Drop for Up {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn eventually(what: &str, mut done: impl FnMut() -> bool) {
    let started = Instant::now();
    while !done() {
        assert!(started.elapsed() < Duration::from_secs(30), "{what}: waited for half a minute");
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn gone(processes: &[Pid]) -> bool {
    processes.iter().all(|process| test_kill_process(*process).is_err())
}

#[test]
fn everything_starts_answers_and_ends_when_it_is_asked_to() {
    let mut up = Up::start();
    let children = up.children();
    assert_eq!(children.len(), 3, "two environments and the reader");
    for url in [format!("{}/live", up.address("wall")), up.address("API")] {
        let asked = messagewall(&["healthcheck", &url]).status().unwrap();
        assert!(asked.success(), "{url}");
    }
    let api = up.address("API").replace("/default/MessageWall", "");
    let posted = fed(&["invoke", "--endpoint", &api, "-"], r#"{"command":"post","text":"Hello"}"#);
    assert!(posted.status.success() && String::from_utf8_lossy(&posted.stdout).contains("Hello"), "{posted:?}");
    let refused = fed(&["invoke", "--endpoint", &api, "-"], r#"{"command":"dance"}"#);
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    kill_process(up.pid(), Signal::INT).unwrap();
    assert!(up.process.wait().unwrap().success(), "{}", up.complained());
    assert!(gone(&children));
}

#[test]
fn no_process_outlives_a_parent_that_is_killed() {
    let mut up = Up::start();
    let children = up.children();
    up.process.kill().unwrap();
    up.process.wait().unwrap();
    eventually("the children end", || gone(&children));
}

#[test]
fn when_the_reader_dies_everything_ends_and_it_is_said_why() {
    let mut up = Up::start();
    let children = up.children();
    kill_process(up.child("fargate-reader"), Signal::KILL).unwrap();
    assert_eq!(up.process.wait().unwrap().code(), Some(1));
    assert!(up.complained().contains("the reader ended unasked (signal: 9 (SIGKILL))"), "{}", up.complained());
    assert!(gone(&children));
}

#[test]
fn an_environment_that_dies_is_replaced() {
    let up = Up::start();
    let dead = up.child("lambda-writer");
    kill_process(dead, Signal::KILL).unwrap();
    eventually("there is a new one", || up.children().len() == 3 && gone(&[dead]));
}

#[test]
fn a_port_in_use_is_said_in_one_line_before_anything_starts() {
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
fn all_wrong_settings_are_named_at_once() {
    let output = messagewall(&["up", "--listen", "here", "--environments", "0", "--timeout", "long"]).output().unwrap();
    let complaint = complaint(&output);
    for flag in ["--listen", "--environments", "--timeout"] {
        assert!(complaint.contains(flag), "{complaint}");
    }
    assert_eq!(output.status.code(), Some(64));
}

#[test]
fn an_event_that_cannot_be_sent_is_said_in_one_line() {
    let nobody = "http://127.0.0.1:1";
    for (file, input, said) in
        [("-", "{nope", "not JSON"), ("missing.json", "", "missing.json"), ("-", "{}", "nothing answers at")]
    {
        let output = fed(&["invoke", "--endpoint", nobody, file], input);
        assert!(complaint(&output).contains(said), "{}", complaint(&output));
        assert_eq!(output.status.code(), Some(1));
    }
}

#[test]
fn a_configuration_is_checked() {
    assert!(fed(&["check", "-"], r#"{"title":"Hello"}"#).status.success());
    let output = fed(&["check", "-"], r#"{"title":5}"#);
    assert!(complaint(&output).contains("title"), "{}", complaint(&output));
    assert_eq!(output.status.code(), Some(1));
}
