//! Memory limits of a process.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// The directory of the memory controller of cgroup v1.
const V1: &str = "/sys/fs/cgroup/memory";

/// The directory of cgroup v2.
const V2: &str = "/sys/fs/cgroup";

/// A memory limit. Dropping it removes its control group.
#[derive(Debug)]
pub(crate) struct Limit {
    by: By,
    mib: u64,
}

#[derive(Debug)]
enum By {
    Nothing,
    /// A control group: its directory and the names of the files of its limit and its peak.
    Group(PathBuf, &'static str),
    /// `RLIMIT_DATA`, the limit of the allocated memory.
    Data,
}

impl Limit {
    /// No limit.
    pub(crate) fn none() -> Self {
        Self { by: By::Nothing, mib: 0 }
    }

    /// Returns a limit in MiB: a control group, as containers have it, or `RLIMIT_DATA` where none can be made.
    pub(crate) fn of_mib(mib: u64) -> Self {
        let v1 = || group(V1, "memory.limit_in_bytes", "memory.max_usage_in_bytes", mib);
        let v2 = || group(V2, "memory.max", "memory.peak", mib);
        Self { by: v1().or_else(v2).unwrap_or(By::Data), mib }
    }

    /// Returns the name of the mechanism, for the output.
    pub(crate) fn name(&self) -> String {
        match &self.by {
            By::Nothing => "no limit".to_owned(),
            By::Group(..) => format!("a control group of {} MiB", self.mib),
            By::Data => format!("RLIMIT_DATA of {} MiB, as no control group can be made here", self.mib),
        }
    }

    /// Returns the command that starts `program` within the limit. The caller adds arguments.
    pub(crate) fn command(&self, program: &Path) -> Command {
        let within = match &self.by {
            By::Nothing => return Command::new(program),
            By::Group(directory, _) => format!("echo $$ > '{}/cgroup.procs'", directory.display()),
            By::Data => format!("ulimit -d {}", self.mib * 1024),
        };
        // The default limit of open files is 1024.
        let script = format!("{within} && {{ ulimit -S -n 4096 || :; }} && exec \"$0\" \"$@\"");
        let mut command = Command::new("sh");
        command.args(["-c", &script]).arg(program);
        command
    }

    /// Returns the peak of the group in MiB, including the page cache.
    pub(crate) fn group_peak(&self) -> Result<Option<u64>> {
        let By::Group(directory, peak) = &self.by else { return Ok(None) };
        Ok(Some(fs_err::read_to_string(directory.join(peak))?.trim().parse::<u64>()? >> 20))
    }
}

impl Drop for Limit {
    fn drop(&mut self) {
        if let By::Group(directory, _) = &self.by {
            // The kernel may still be removing the processes.
            for _ in 0..100 {
                if fs_err::remove_dir(directory).is_ok() {
                    return;
                }
                std::thread::sleep(std::time::Duration::from_millis(20));
            }
        }
    }
}

fn group(above: &str, limit: &str, peak: &'static str, mib: u64) -> Option<By> {
    let directory = Path::new(above).join(format!("messagewall-{}-{:08x}", std::process::id(), fastrand::u32(..)));
    fs_err::create_dir(&directory).ok()?;
    let made = By::Group(directory.clone(), peak);
    let limited = fs_err::write(directory.join(limit), (mib << 20).to_string());
    if limited.is_err() || !directory.join(peak).exists() {
        drop(fs_err::remove_dir(&directory));
        return None;
    }
    Some(made)
}

/// Returns the peak of the resident memory of a process in MiB.
pub(crate) fn peak_resident(pid: u32) -> Result<u64> {
    let status = fs_err::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("no VmHWM")?;
    let kib = line.trim().strip_suffix(" kB").context("VmHWM is not in kB")?;
    let mib = kib.trim().parse::<u64>()? / 1024;
    ensure!(mib > 0, "VmHWM is 0");
    Ok(mib)
}
