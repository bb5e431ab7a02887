//! The settings, from the command line, the environment and a file.

mod arguments;
mod command;
mod mirror;
mod parent;
mod path;
mod then;

use std::net::SocketAddr;
use std::path::Path;

use serde::Deserialize;

pub(crate) use self::arguments::Arguments;
pub(crate) use self::mirror::{Bounds, Mirror, MirrorArguments, Modes, WithoutSource};
pub(crate) use self::parent::{Parent, ParentArguments};
pub(crate) use self::then::{Then, Whom};

/// The largest settings file, in bytes.
const MAX_FILE_BYTES: u64 = 256 << 10;

/// The largest number of mirrors of one process.
const MAX_MIRRORS: usize = 64;

/// The settings of the program.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) mirrors: Vec<Mirror>,
    pub(crate) listen: Option<SocketAddr>,
    pub(crate) once: bool,
    pub(crate) task: String,
}

/// A settings file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    listen: Option<SocketAddr>,
    #[serde(default, rename = "mirror")]
    mirrors: Vec<MirrorArguments>,
}

impl Settings {
    /// Reads the settings file, if there is one, and checks everything.
    ///
    /// # Errors
    /// Returns the fault of the first setting that is wrong, with its name.
    pub(crate) fn new(arguments: &Arguments) -> Result<Self, String> {
        let (listen, mirrors) = match &arguments.settings {
            None => (None, vec![arguments.mirror.clone()]),
            Some(_) if arguments.mirror.is_given() => {
                return Err(
                    "--settings: the mirrors are in the file, so leave out --from, --to and what belongs to them"
                        .to_owned(),
                );
            }
            Some(path) => {
                let file = read(path)?;
                (file.listen, file.mirrors)
            }
        };
        if mirrors.is_empty() || mirrors.len() > MAX_MIRRORS {
            return Err(format!(
                "--settings: the file has {} mirrors; write 1 to {MAX_MIRRORS} [[mirror]]",
                mirrors.len()
            ));
        }
        let count = mirrors.len();
        let named = |(at, mirror): (usize, MirrorArguments)| {
            Mirror::new(mirror).map_err(|fault| if count > 1 { format!("mirror {}: {fault}", at + 1) } else { fault })
        };
        let mirrors = mirrors.into_iter().enumerate().map(named).collect::<Result<Vec<_>, _>>()?;
        check_targets(&mirrors)?;
        let listen = arguments.listen()?.or(listen);
        Ok(Self { mirrors, listen, once: arguments.once, task: task() })
    }
}

impl Settings {
    /// Returns the address of the listener alone, as the health check needs it.
    pub(crate) fn listen(arguments: &Arguments) -> Result<Option<SocketAddr>, String> {
        let in_file = arguments.settings.as_deref().map(read).transpose()?.and_then(|file| file.listen);
        Ok(arguments.listen()?.or(in_file))
    }
}

/// Two mirrors must not write into each other.
fn check_targets(mirrors: &[Mirror]) -> Result<(), String> {
    for (at, mirror) in mirrors.iter().enumerate() {
        if let Some(other) = mirrors[..at].iter().find(|other| other.to == mirror.to) {
            return Err(format!("to: two mirrors have the target {}", other.to.display()));
        }
    }
    Ok(())
}

fn read(path: &Path) -> Result<File, String> {
    let name = path.display();
    let metadata = path.metadata().map_err(|error| format!("--settings: {name}: {error}"))?;
    if !metadata.is_file() || metadata.len() > MAX_FILE_BYTES {
        return Err(format!("--settings: {name}: must be a regular file of at most 256 KiB"));
    }
    let text = fs_err::read_to_string(path).map_err(|error| format!("--settings: {error}"))?;
    toml::from_str(&text).map_err(|error| format!("--settings: {name}: {error}"))
}

/// Returns the name of this task: the host name, which is that of the container.
fn task() -> String {
    rustix::system::uname().nodename().to_string_lossy().into_owned()
}
