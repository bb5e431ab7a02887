//! Copies a source to a staging directory, so that the copy is of one moment.

use std::collections::HashMap;
use std::fs::{File, Permissions};
use std::io::Write;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::document;
use super::print::{Print, Survey};
use super::root::{open_root, survey};
use super::walk::{Opened, Walk, named};
use crate::digest::{Digest, TreeDigest, pass_on};
use crate::fault::{Fault, Kind, shown};
use crate::settings::{Bounds, Modes};

/// The number of times that a source is read again because it changed meanwhile.
const MAX_TRIES: u32 = 5;

/// Files that were copied before: their identity then, and their content.
pub(crate) type Known = HashMap<PathBuf, (Print, Digest)>;

/// The order to copy a source.
#[derive(Debug)]
pub(crate) struct Order {
    pub(crate) from: PathBuf,
    pub(crate) mount: Option<PathBuf>,
    /// The place of the copy, which must not exist. Its parent does.
    pub(crate) staged: PathBuf,
    /// The generation in place, of which unchanged files are linked instead of read, with what is known of it.
    pub(crate) base: Option<(PathBuf, Arc<Known>)>,
    pub(crate) document: bool,
    pub(crate) bounds: Bounds,
    pub(crate) modes: Modes,
    /// The time for which the source must not change.
    pub(crate) settle: Duration,
}

impl Order {
    /// Returns the content of a file that is certainly the same as in the generation in place.
    fn known(&self, path: &Path, print: &Print) -> Option<Digest> {
        let (_, known) = self.base.as_ref()?;
        let (before, content) = known.get(path)?;
        (before == print && !path.as_os_str().is_empty()).then_some(*content)
    }
}

/// A copy that is complete and of one moment.
#[derive(Debug)]
pub(crate) struct Copied {
    pub(crate) staged: PathBuf,
    pub(crate) digest: Digest,
    pub(crate) is_file: bool,
    pub(crate) known: Known,
    pub(crate) survey: Survey,
    /// A later change will certainly show in a survey.
    pub(crate) is_settled: bool,
    pub(crate) files: usize,
    pub(crate) bytes: u64,
    /// The generation that the envelope names.
    pub(crate) source_generation: Option<u64>,
}

/// Copies the source, again while it changes.
pub(crate) fn copy(order: &Order) -> Result<Copied, Fault> {
    for _ in 0..MAX_TRIES {
        let read_at = SystemTime::now();
        let (mut copied, before) = match try_copy(order) {
            Ok(copied) => copied,
            Err(fault) if fault.kind == Kind::SourceChanging => {
                remove(&order.staged)?;
                continue;
            }
            Err(fault) => {
                remove(&order.staged)?;
                return Err(fault);
            }
        };
        std::thread::sleep(order.settle);
        let after = survey(&order.from, order.mount.as_deref(), order.bounds);
        if after.as_ref().is_ok_and(|after| *after == before) {
            copied.is_settled = before.values().all(|print| print.is_settled(read_at));
            copied.survey = before;
            copied.known.retain(|_, (print, _)| print.is_settled(read_at));
            return Ok(copied);
        }
        remove(&order.staged)?;
        // A fault that came meanwhile is found by the next try.
        drop(after);
    }
    Err(Fault::new(
        Kind::SourceChanging,
        format!("{}: changed each of {MAX_TRIES} times that it was read", shown(&order.from)),
    ))
}

/// Removes a staged copy.
fn remove(staged: &Path) -> Result<(), Fault> {
    let removed = match staged.symlink_metadata() {
        Ok(metadata) if metadata.is_dir() => fs_err::remove_dir_all(staged),
        Ok(_) => fs_err::remove_file(staged),
        Err(_) => Ok(()),
    };
    removed.map_err(|error| Fault::target(&error))
}

fn try_copy(order: &Order) -> Result<(Copied, Survey), Fault> {
    let mut state =
        Copying { order, tree: TreeDigest::default(), known: Known::new(), files: 0, bytes: 0, generation: None };
    let root = open_root(&order.from, order.mount.as_deref())?;
    let is_file = !root.print.is_directory;
    if order.document && !is_file {
        return Err(Fault::new(
            Kind::DocumentInvalid,
            format!("{}: is a directory, and --document needs a file", shown(&order.from)),
        ));
    }
    let mut before = Survey::new();
    let mut visit = |path: &Path, opened: Opened| {
        before.insert(path.to_owned(), opened.print);
        state.entry(path, opened)
    };
    let reads = |path: &Path, print: &Print| !print.is_directory && order.known(path, print).is_none();
    Walk { bounds: order.bounds, entries: 0, bytes: 0, reads: &reads, visit: &mut visit }.enter(
        Path::new(""),
        root,
        0,
    )?;
    let Copying { tree, known, files, bytes, generation, .. } = state;
    let copied = Copied {
        staged: order.staged.clone(),
        digest: tree.finish(),
        is_file,
        known,
        survey: Survey::new(),
        is_settled: false,
        files,
        bytes,
        source_generation: generation,
    };
    Ok((copied, before))
}

struct Copying<'a> {
    order: &'a Order,
    tree: TreeDigest,
    known: Known,
    files: usize,
    bytes: u64,
    generation: Option<u64>,
}

impl Copying<'_> {
    fn entry(&mut self, path: &Path, opened: Opened) -> Result<(), Fault> {
        // Joining an empty path would add a slash, and a file has none at its end.
        let place = if path.as_os_str().is_empty() { self.order.staged.clone() } else { self.order.staged.join(path) };
        if opened.print.is_directory {
            let mode = self.order.modes.directory;
            std::fs::create_dir(&place).map_err(|error| failed(&place, &error))?;
            // The umask may have removed bits.
            self.own(&place, mode)?;
            self.tree.directory(path, mode);
            return Ok(());
        }
        let executable = if opened.print.mode & 0o100 == 0 { 0o644 } else { 0o755 };
        let mode = self.order.modes.file.unwrap_or(executable);
        let content = match self.linked(path, &place, &opened.print) {
            Some(content) => content,
            None => self.read(path, &place, mode, File::from(opened.file))?,
        };
        self.files += 1;
        self.bytes += opened.print.size;
        self.known.insert(path.to_owned(), (opened.print, content));
        self.tree.file(path, mode, content);
        Ok(())
    }

    /// Links the file of the generation in place, if it is certainly the same.
    fn linked(&self, path: &Path, place: &Path, print: &Print) -> Option<Digest> {
        let (base, _) = self.order.base.as_ref()?;
        let content = self.order.known(path, print)?;
        std::fs::hard_link(base.join(path), place).ok().map(|()| content)
    }

    fn read(&mut self, path: &Path, place: &Path, mode: u32, mut file: File) -> Result<Digest, Fault> {
        let create = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(place);
        let mut copy = create.map_err(|error| failed(place, &error))?;
        let shown_path = named(&self.order.from, path);
        let unreadable = |error: &std::io::Error| Fault::source(&shown_path, error);
        let content = if self.order.document {
            let mut envelope = Vec::new();
            pass_on(&mut file, document::MAX_BYTES, unreadable, |bytes| {
                envelope.extend_from_slice(bytes);
                Ok(())
            })
            .map_err(|fault| prefixed(&shown_path, fault))?;
            let (document, generation) = document::unwrap(&envelope).map_err(|fault| prefixed(&shown_path, fault))?;
            self.generation = generation;
            let write = |bytes: &[u8]| copy.write_all(bytes).map_err(|error| failed(place, &error));
            pass_on(&mut document.as_slice(), u64::MAX, unreadable, write)?.0
        } else {
            let write = |bytes: &[u8]| copy.write_all(bytes).map_err(|error| failed(place, &error));
            let most = self.order.bounds.file_bytes;
            pass_on(&mut file, most, unreadable, write).map_err(|fault| prefixed(&shown_path, fault))?.0
        };
        self.own(place, mode)?;
        Ok(content)
    }

    fn own(&self, place: &Path, mode: u32) -> Result<(), Fault> {
        if let Some((user, group)) = self.order.modes.owner {
            std::os::unix::fs::chown(place, Some(user), Some(group)).map_err(|error| failed(place, &error))?;
        }
        fs_err::set_permissions(place, Permissions::from_mode(mode)).map_err(|error| Fault::target(&error))
    }
}

fn failed(place: &Path, error: &std::io::Error) -> Fault {
    Fault::target(&std::io::Error::new(error.kind(), format!("{}: {error}", shown(place))))
}

fn prefixed(path: &Path, fault: Fault) -> Fault {
    if fault.kind == Kind::SourceTooLarge || fault.kind == Kind::DocumentInvalid {
        return Fault::new(fault.kind, format!("{}: {}", shown(path), fault.reason));
    }
    fault
}
