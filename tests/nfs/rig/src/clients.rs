//! The NFS clients that `/init` makes. Each has its own network namespace, host name and cache.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// An NFS client. Its wire and its network have the same number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Client {
    number: u8,
    name: &'static str,
}

pub(crate) const WRITER_1: Client = Client { number: 1, name: "writer-1" };
pub(crate) const WRITER_2: Client = Client { number: 2, name: "writer-2" };
pub(crate) const READER: Client = Client { number: 3, name: "reader" };
pub(crate) const INOTIFY: Client = Client { number: 4, name: "inotify" };
pub(crate) const POLL: Client = Client { number: 5, name: "poll" };
pub(crate) const COMPARE: Client = Client { number: 6, name: "compare" };

impl Client {
    pub(crate) fn name(self) -> &'static str {
        self.name
    }

    pub(crate) fn mount(self) -> PathBuf {
        Path::new("/mnt").join(self.name)
    }

    pub(crate) fn path(self, path: impl AsRef<Path>) -> PathBuf {
        self.mount().join(path)
    }

    /// Cuts the wire to the server: packets are lost, and no connection is refused.
    pub(crate) fn cut(self) -> Result<()> {
        self.set_wire("down")
    }

    pub(crate) fn join(self) -> Result<()> {
        self.set_wire("up")
    }

    /// Makes the mount read-only, or writable again.
    pub(crate) fn remount(self, access: &str) -> Result<()> {
        run("/bin/busybox", &["mount", "-o", &format!("remount,{access}"), &self.mount().to_string_lossy()])
    }

    fn set_wire(self, state: &str) -> Result<()> {
        run("/bin/ip", &["link", "set", &format!("wire{}", self.number), state])
    }
}

/// Runs a program of the virtual machine and waits for its end.
pub(crate) fn run(program: &str, arguments: &[&str]) -> Result<()> {
    let output = Command::new(program).args(arguments).output().with_context(|| format!("starting {program}"))?;
    ensure!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr).trim());
    Ok(())
}
