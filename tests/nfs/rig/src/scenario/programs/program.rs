//! A program of others, and the file that it follows.

use std::path::{Path, PathBuf};

use crate::clients::{COMPARE, Client};

/// The directory of the wall that publishes the files.
pub(super) const WALL: &str = "programs";

/// The address of a client, for those on the server.
pub(super) const ALONE: &str = "10.0.6.2";

/// A program that is not changed for this.
#[derive(Debug)]
pub(super) struct Program {
    pub(super) name: &'static str,
    /// The published file.
    pub(super) file: &'static str,
    /// Returns the content of a generation.
    pub(super) content: fn(usize) -> String,
    pub(super) refused: Option<Refused>,
    /// The options of `follow`. With `follow run` the program is its child.
    pub(super) follow: &'static [&'static str],
    pub(super) is_child: bool,
    /// Returns the words of the command that starts it.
    pub(super) start: fn(&Place) -> Vec<String>,
    /// Returns the generation that is in effect.
    pub(super) shows: fn(&Place) -> Option<usize>,
    /// The path of a program that answers requests, and must answer all.
    pub(super) fetched: Option<&'static str>,
}

/// Content that the checker of a program refuses, and a part of what it says.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) content: &'static str,
    pub(super) reason: &'static str,
}

/// Where one instance of a program runs.
#[derive(Debug)]
pub(super) struct Place {
    /// The file that it reads.
    pub(super) file: PathBuf,
    /// A directory of its own.
    pub(super) scratch: PathBuf,
    /// Its network has this address.
    pub(super) host: &'static str,
}

impl Program {
    /// Returns the path of the published file below a mount.
    pub(super) fn path(&self) -> PathBuf {
        Path::new(WALL).join("files").join(self.file).join("current")
    }

    /// Returns the path of the published file on a client.
    pub(super) fn on(&self, client: Client) -> PathBuf {
        client.path(self.path())
    }

    /// The place of the instance behind `follow`, on the machine itself.
    pub(super) fn followed(&self) -> Place {
        let scratch = PathBuf::from("/run/programs").join(self.name).join("followed");
        Place { file: scratch.join("target").join(self.file), scratch, host: "127.0.0.1" }
    }

    /// The place of the instance alone on the mount of a client, in the network of that client.
    pub(super) fn alone(&self) -> Place {
        let scratch = PathBuf::from("/run/programs").join(self.name).join("alone");
        Place { file: self.on(COMPARE), scratch, host: ALONE }
    }
}

impl Place {
    pub(super) fn file(&self) -> String {
        self.file.to_string_lossy().into_owned()
    }

    /// Returns a path in its own directory.
    pub(super) fn path(&self, name: &str) -> String {
        self.scratch.join(name).to_string_lossy().into_owned()
    }

    /// Returns the directory of the file.
    pub(super) fn directory(&self) -> String {
        self.file.parent().unwrap_or(&self.file).to_string_lossy().into_owned()
    }
}

/// Returns owned words.
pub(super) fn words<const N: usize>(words: [&str; N]) -> Vec<String> {
    words.map(str::to_owned).to_vec()
}

/// Returns the number after `generation ` in a text.
pub(super) fn generation(text: &str) -> Option<usize> {
    let (_, rest) = text.split_once("generation ")?;
    let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    rest[..digits].parse().ok()
}
