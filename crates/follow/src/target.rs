//! The target: what is in place, and how a generation replaces another at once.

mod change;
mod directory;
mod file;
mod state;
mod work;

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

pub(crate) use self::change::Change;
use self::directory::Directory;
pub(crate) use self::directory::link;
use self::file::SingleFile;
use self::state::State;
use self::work::Work;
use crate::digest::Digest;
use crate::fault::{Fault, Kind, shown};
use crate::settings::Mirror;

/// A generation that is in place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct InPlace {
    /// Counts the generations of this target. It continues after a restart.
    pub(crate) number: u64,
    pub(crate) digest: Digest,
    /// The generation that the envelope of the source names.
    pub(crate) source_generation: Option<u64>,
    /// The program was told of this generation.
    pub(crate) is_told: bool,
}

/// A target, which this process has locked.
#[derive(Debug)]
pub(crate) struct Target {
    work: Work,
    layout: Layout,
    in_place: Option<InPlace>,
}

#[derive(Debug)]
enum Layout {
    Directory(Directory),
    File(SingleFile),
}

impl Target {
    /// Returns what an earlier process has put in place, if it did: a file, or else a directory.
    pub(crate) fn kind_in_place(mirror: &Mirror) -> Option<bool> {
        if mirror.to.join(directory::DATA).symlink_metadata().is_ok() {
            return Some(false);
        }
        let path = if mirror.into || mirror.to.is_dir() {
            mirror.to.join(mirror.from.file_name()?)
        } else {
            mirror.to.clone()
        };
        (path.is_file() && work_of(&path).is_dir()).then_some(true)
    }

    /// Returns a fault if the source has become something else than it was.
    pub(crate) fn kind_fault(&self, mirror: &Mirror, is_file: bool) -> Option<Fault> {
        let text = match (&self.layout, is_file) {
            (Layout::Directory(_), true) => "is a file, and was a directory",
            (Layout::File(_), false) => "is a directory, and was a file",
            _ => return None,
        };
        Some(Fault::new(Kind::SourceForeign, format!("{}: {text}", shown(&mirror.from))))
    }

    /// Locks the target, removes what an earlier process left unfinished, and finds out what is in place.
    pub(crate) fn open(mirror: &Mirror, is_file: bool) -> Result<Self, Fault> {
        Self::try_open(mirror, is_file).map_err(|error| Fault::target(&error))
    }

    fn try_open(mirror: &Mirror, is_file: bool) -> io::Result<Self> {
        let (work, layout) = if is_file {
            let path = file_path(mirror)?;
            let work = Work::lock(&work_of(&path))?;
            (work, Layout::File(SingleFile::new(path)))
        } else {
            directory::create(&mirror.to, mirror.modes)?;
            let work = Work::lock(&mirror.to.join(directory::WORK))?;
            (work, Layout::Directory(Directory::open(&mirror.to, mirror.keep_old)?))
        };
        let state = work.state()?;
        let in_place = match &layout {
            Layout::Directory(directory) => directory.in_place()?,
            Layout::File(file) => file.in_place()?,
        };
        let in_place = in_place.map(|(number, digest)| found(number, digest, &state));
        Ok(Self { work, layout, in_place })
    }

    pub(crate) fn in_place(&self) -> Option<&InPlace> {
        self.in_place.as_ref()
    }

    /// Returns a place for a copy. It does not exist, and is on the file system of the target.
    pub(crate) fn staging(&mut self) -> Result<PathBuf, Fault> {
        let name = match &self.layout {
            Layout::Directory(_) => None,
            Layout::File(file) => file.path().file_name(),
        };
        self.work.staging(name).map_err(|error| Fault::target(&error))
    }

    /// Returns the directory of the generation in place, if unchanged files can be linked from there.
    pub(crate) fn base(&self) -> Option<PathBuf> {
        match (&self.layout, &self.in_place) {
            (Layout::Directory(directory), Some(_)) => directory.current(),
            _ => None,
        }
    }

    /// Puts a staged copy in place, at once.
    pub(crate) fn put(
        &mut self,
        staged: &Path,
        digest: Digest,
        source_generation: Option<u64>,
    ) -> Result<Change, Fault> {
        let number = self.in_place.as_ref().map_or(0, |in_place| in_place.number).max(self.work.highest) + 1;
        let put = match &mut self.layout {
            Layout::Directory(directory) => directory.put(staged, number, digest),
            Layout::File(file) => file.put(staged),
        };
        let change = put.map_err(|error| Fault::target(&error))?;
        self.work.highest = number;
        self.in_place = Some(InPlace { number, digest, source_generation, is_told: false });
        self.work.cleared(staged);
        // Without it the program would be told once more after a restart, which does no harm.
        if let Err(error) = self.remember() {
            tracing::warn!(error = %error, "state_not_stored");
        }
        Ok(change)
    }

    /// Remembers that the program was told of the generation in place.
    pub(crate) fn told(&mut self) {
        if let Some(in_place) = &mut self.in_place {
            in_place.is_told = true;
            if let Err(error) = self.remember() {
                tracing::warn!(error = %error, "state_not_stored");
            }
        }
    }

    /// Notes the generation that the envelope names now, with the same document.
    pub(crate) fn published_as(&mut self, source_generation: Option<u64>) {
        if let Some(in_place) = &mut self.in_place {
            in_place.source_generation = source_generation;
        }
    }

    /// Removes replaced generations whose time is over, or all with `now`. Returns the time until the next one.
    pub(crate) fn sweep(&mut self, now: bool) -> Option<Duration> {
        match &mut self.layout {
            Layout::Directory(directory) => directory.sweep(now),
            Layout::File(_) => None,
        }
    }

    /// Removes a staged copy that is not put in place.
    pub(crate) fn discard(&mut self, staged: &Path) {
        self.work.cleared(staged);
    }

    fn remember(&self) -> io::Result<()> {
        let Some(in_place) = &self.in_place else { return Ok(()) };
        self.work.store(&State {
            generation: in_place.number,
            digest: in_place.digest.to_string(),
            told: in_place.is_told,
            source_generation: in_place.source_generation,
        })
    }
}

/// Returns the working directory of a file.
fn work_of(path: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".follow");
    path.with_file_name(name)
}

/// Joins what stands in the target with what is remembered of it.
fn found(number: Option<u64>, digest: Digest, state: &State) -> InPlace {
    let is_remembered = state.digest == digest.to_string() && number.is_none_or(|number| number == state.generation);
    // A file that was put in place shortly before a crash is one generation ahead of the state.
    let next = if is_remembered { state.generation } else { state.generation + 1 };
    InPlace {
        number: number.unwrap_or(next),
        digest,
        source_generation: state.source_generation.filter(|_| is_remembered),
        is_told: is_remembered && state.told,
    }
}

/// Returns the path of a mirrored file.
fn file_path(mirror: &Mirror) -> io::Result<PathBuf> {
    let wrong = |text: &str| Err(io::Error::other(format!("{}: {text}", shown(&mirror.to))));
    if mirror.to.join(directory::DATA).symlink_metadata().is_ok() {
        return wrong("holds a mirrored directory, and the source is a file");
    }
    if mirror.into || mirror.to.is_dir() {
        return match mirror.from.file_name() {
            Some(name) => {
                directory::create(&mirror.to, mirror.modes)?;
                Ok(mirror.to.join(name))
            }
            None => wrong("the source has no name"),
        };
    }
    Ok(mirror.to.clone())
}
