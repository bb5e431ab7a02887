//! The programs under test, as they are released, on the mounts of the clients.

use std::os::unix::process::CommandExt;
use std::process::Command;

use anyhow::Result;
use fs_err::OpenOptions;
use support::Process;

use crate::report::Report;

const PROGRAM: &str = "/bin/messagewall";
const FOLLOW: &str = "/bin/follow";

/// The function and the tasks run as different users of one group. The group may only read.
pub(crate) const WRITER: u32 = 1001;
pub(crate) const READER: u32 = 1002;
pub(crate) const GROUP: u32 = 1001;

/// Starts the program. Its log is `/tmp/<name>.log`, where a shell in the machine finds it.
pub(crate) fn start(name: &str, user: u32, arguments: &[&str], variables: &[(&str, &str)]) -> Result<Process> {
    start_program(PROGRAM, name, user, arguments, variables)
}

/// Starts `follow` as a task.
pub(crate) fn start_follow(arguments: &[&str]) -> Result<Process> {
    start_program(FOLLOW, "follow", READER, arguments, &[("PATH", "/bin")])
}

/// Starts a program of others. `words` are its name and its arguments.
pub(crate) fn start_other(name: &str, user: u32, words: &[&str]) -> Result<Process> {
    start_program(words[0], name, user, &words[1..], &[("PATH", "/bin")])
}

fn start_program(
    program: &str,
    name: &str,
    user: u32,
    arguments: &[&str],
    variables: &[(&str, &str)],
) -> Result<Process> {
    let log = OpenOptions::new().create(true).append(true).open(format!("/tmp/{name}.log"))?.into_file();
    let mut command = Command::new(program);
    command.args(arguments).env_clear().envs(variables.iter().copied());
    command.uid(user).gid(GROUP).current_dir("/");
    command.stdout(log.try_clone()?).stderr(log);
    Process::start_with_output(command)
}

/// Reports the last lines of the log of each program.
pub(crate) fn report_logs(report: &mut Report) {
    for entry in fs_err::read_dir("/tmp").into_iter().flatten().flatten() {
        let log = fs_err::read_to_string(entry.path()).unwrap_or_default();
        let lines: Vec<_> = log.lines().collect();
        for line in &lines[lines.len().saturating_sub(5)..] {
            report.note(&format!("{}: {line}", entry.path().display()));
        }
    }
}
