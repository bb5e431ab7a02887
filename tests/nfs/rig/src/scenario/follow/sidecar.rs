//! A running `follow`.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use support::{Process, wait_for};

use super::published::{link, target};
use crate::clients::READER;
use crate::http;
use crate::process;

const ADDRESS: &str = "127.0.0.1:8300";
/// A copy of 1,000 files takes many round trips.
const PATIENCE: Duration = Duration::from_secs(180);

pub(super) struct Sidecar {
    pub(super) process: Process,
}

impl Sidecar {
    /// Starts it on the client of the tasks, whose mount is read-only.
    pub(super) fn start(options: &[&str]) -> Result<Self> {
        fs_err::create_dir_all("/run/follow")?;
        fs_err::set_permissions("/run/follow", Permissions::from_mode(0o777))?;
        let (from, to) = (READER.path(link()), target());
        let (from, to, mount) = (from.to_string_lossy(), to.to_string_lossy(), READER.mount());
        let mount = mount.to_string_lossy();
        let mut arguments = vec!["--from", &from, "--to", &to, "--listen", ADDRESS, "--require-mount", &mount];
        arguments.extend(["--silent-after", "3s", "--keep-old", "2s"]);
        arguments.extend(options);
        let sidecar = Self { process: process::start_follow(&arguments)? };
        ensure!(wait_for(PATIENCE, || sidecar.status("/ready") == Some(200)), "follow is not ready");
        Ok(sidecar)
    }

    pub(super) fn look(&self) -> Result<()> {
        let answer = http::post(&format!("http://{ADDRESS}/look"), &json!({}), PATIENCE)?;
        ensure!(answer.status == 200, "{}", answer.text);
        Ok(())
    }

    /// Waits until a second passes without a look at the source.
    pub(super) fn rest(&self) -> Result<()> {
        let looks = || self.state().map(|state| state["looks"].as_u64());
        let mut before = looks()?;
        let is_at_rest = wait_for(PATIENCE, || {
            std::thread::sleep(Duration::from_secs(1));
            let now = looks().ok().flatten();
            now.is_some() && now == std::mem::replace(&mut before, now)
        });
        ensure!(is_at_rest, "follow looks at the source again and again");
        Ok(())
    }

    /// Returns the status of a route, if it answers.
    pub(super) fn status(&self, path: &str) -> Option<u16> {
        http::get(&format!("http://{ADDRESS}{path}"), Duration::from_secs(2)).ok().map(|answer| answer.status)
    }

    /// Returns the state of the mirror.
    pub(super) fn state(&self) -> Result<Value> {
        let status = http::get(&format!("http://{ADDRESS}/status"), Duration::from_secs(2))?.json();
        Ok(status["mirrors"][0].clone())
    }
}
