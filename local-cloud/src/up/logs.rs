//! The destinations of logs: the terminal for this process, and one file for each kind of child.

use std::fs::File;
use std::io::{self, IsTerminal};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Arc;

use tracing_subscriber::EnvFilter;

use super::arguments::Arguments;

/// The logs of the children.
pub(super) struct Logs {
    pub(super) writer: Log,
    pub(super) inference: Log,
    pub(super) reader: Log,
    /// Their place, for people.
    pub(super) place: String,
}

/// The destination of the output of one kind of child.
#[derive(Debug, Clone)]
pub enum Log {
    /// Standard error of this process.
    Terminal,
    /// A file. Several children may share it, because they append whole lines.
    File(PathBuf, Arc<File>),
}

impl Logs {
    pub(super) fn new(arguments: &Arguments, volume: &Path) -> io::Result<Self> {
        if arguments.verbose {
            let [writer, inference, reader] = [Log::Terminal, Log::Terminal, Log::Terminal];
            return Ok(Self { writer, inference, reader, place: "this terminal".to_owned() });
        }
        let directory = arguments.logs.clone().unwrap_or_else(|| beside(volume, "logs"));
        fs_err::create_dir_all(&directory)?;
        Ok(Self {
            writer: Log::file(directory.join("lambda-writer.log"))?,
            inference: Log::file(directory.join("inference.log"))?,
            reader: Log::file(directory.join("fargate-reader.log"))?,
            place: directory.display().to_string(),
        })
    }
}

/// Returns the path beside the volume with its name and this ending. The volume has only the files of the contract.
pub(super) fn beside(volume: &Path, ending: &str) -> PathBuf {
    let name = volume.file_name().unwrap_or_default().to_string_lossy();
    volume.with_file_name(format!("{name}.{ending}"))
}

impl Log {
    /// Returns the path of the file, or `None` for the terminal.
    pub(super) fn path(&self) -> Option<&Path> {
        match self {
            Self::Terminal => None,
            Self::File(path, _) => Some(path),
        }
    }

    fn file(path: PathBuf) -> io::Result<Self> {
        // A file cannot be opened for truncation and appending at once.
        fs_err::File::create(&path)?;
        let file = fs_err::OpenOptions::new().append(true).open(&path)?.into_parts().0;
        Ok(Self::File(path, Arc::new(file)))
    }

    /// Returns the standard output or error for a child.
    pub(super) fn stdio(&self) -> io::Result<Stdio> {
        match self {
            Self::Terminal => Ok(io::stderr().as_fd().try_clone_to_owned()?.into()),
            Self::File(_, file) => Ok(file.try_clone()?.into()),
        }
    }

    /// Returns the last lines of the file, which contain the error of a child that ended. Empty for the terminal.
    pub(super) fn last_lines(&self) -> String {
        let Self::File(path, _) = self else { return String::new() };
        let text = fs_err::read(path).map(|log| String::from_utf8_lossy(&log).into_owned()).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        let last: Vec<String> = lines.iter().rev().take(5).rev().map(|line| format!("\n  {line}")).collect();
        if last.is_empty() { String::new() } else { format!("; {} ends with{}", path.display(), last.concat()) }
    }
}

/// Logs warnings and errors to the terminal as text; if `verbose`, information too.
pub(super) fn to_terminal(verbose: bool) {
    let filter = EnvFilter::new(if verbose { "info" } else { "warn" });
    let logs = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_target(false);
    let logs = logs.with_ansi(io::stderr().is_terminal());
    // A test may have set a subscriber already.
    let _ = logs.without_time().compact().try_init();
}

/// Logs information, warnings and errors as JSON lines, for a container.
pub(super) fn to_json() {
    let logs = tracing_subscriber::fmt().with_env_filter(EnvFilter::new("info")).with_writer(io::stderr);
    let _ = logs.json().flatten_event(true).try_init();
}
