//! Two instances of one program: one behind `follow`, and one alone on the mount.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

use anyhow::{Result, ensure};
use serde_json::Value;
use support::{Process, wait_for};

use super::program::{Place, Program};
use crate::clients::{COMPARE, READER};
use crate::http;
use crate::process;

/// The listener of `follow`, one program after the other.
pub(super) const LISTENER: &str = "127.0.0.1:8310";

/// The time that programs may take to start under emulation.
const START: Duration = Duration::from_secs(120);

/// The root user.
const ROOT: u32 = 0;

pub(super) struct Pair<'a> {
    pub(super) program: &'a Program,
    followed: Place,
    alone: Place,
    _processes: Vec<Process>,
}

impl<'a> Pair<'a> {
    /// Starts both instances, and waits until the first generation is in effect in both.
    pub(super) fn start(program: &'a Program) -> Result<Self> {
        let (followed, alone) = (program.followed(), program.alone());
        for place in [&followed, &alone] {
            make_writable(&place.scratch)?;
        }
        make_writable(Path::new(&followed.directory()))?;
        let mut processes = start_followed(program, &followed)?;
        let words = (program.start)(&alone);
        let network = format!("--net=/run/netns/{}", COMPARE.name());
        let mut inside = vec!["/bin/nsenter", &network];
        inside.extend(words.iter().map(String::as_str));
        processes.push(process::start_other(&format!("{}-alone", program.name), ROOT, &inside)?);
        let pair = Self { program, followed, alone, _processes: processes };
        ensure!(wait_for(START, || pair.followed() == Some(1)), "{} does not start behind follow", program.name);
        ensure!(wait_for(START, || pair.alone() == Some(1)), "{} does not start alone", program.name);
        Ok(pair)
    }

    /// Returns the generation that is in effect behind `follow`.
    pub(super) fn followed(&self) -> Option<usize> {
        (self.program.shows)(&self.followed)
    }

    /// Returns the generation that is in effect in the instance alone.
    pub(super) fn alone(&self) -> Option<usize> {
        (self.program.shows)(&self.alone)
    }

    /// Returns the state of the mirror.
    pub(super) fn sidecar(&self) -> Result<Value> {
        let status = http::get(&format!("http://{LISTENER}/status"), Duration::from_secs(5))?.json();
        Ok(status["mirrors"][0].clone())
    }
}

/// Starts `follow`, and the program as its child or when the file is in place.
fn start_followed(program: &Program, place: &Place) -> Result<Vec<Process>> {
    let (from, to) = (program.on(READER).to_string_lossy().into_owned(), place.file());
    let words = (program.start)(place);
    let words: Vec<_> = words.iter().map(String::as_str).collect();
    let mut arguments = if program.is_child { vec!["run"] } else { Vec::new() };
    arguments.extend(["--from", &from, "--to", &to, "--listen", LISTENER, "--check-timeout", "60s"]);
    arguments.extend(program.follow);
    if program.is_child {
        arguments.push("--");
        arguments.extend(&words);
    }
    let mut processes = vec![process::start_follow(&arguments)?];
    if !program.is_child {
        ensure!(wait_for(START, || place.file.exists()), "follow does not put {to} in place");
        processes.push(process::start_other(program.name, process::READER, &words)?);
    }
    Ok(processes)
}

fn make_writable(directory: &Path) -> Result<()> {
    fs_err::create_dir_all(directory)?;
    fs_err::set_permissions(directory, Permissions::from_mode(0o777))?;
    Ok(())
}
