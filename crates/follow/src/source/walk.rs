//! Walks a source in the order of its names. What lies in one directory is opened several at a time.

use std::ffi::{OsStr, OsString};
use std::num::NonZeroU64;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::thread;

use rustix::fs::{Advice, AtFlags, Dir, FileType, Mode, OFlags, StatxFlags, fadvise, fstat, openat, statat, statx};

use super::print::{Print, described};
use crate::fault::{Fault, Kind, shown};
use crate::settings::Bounds;

/// The deepest directory.
const MAX_DEPTH: usize = 32;

/// The number of entries that are opened at the same time. Each takes a round trip on a network mount.
const AT_ONCE: usize = 8;

/// The stack of a thread that opens an entry.
const STACK_BYTES: usize = 128 << 10;

/// Names that NFS clients give to removed files that are still open.
const REMOVED_BUT_OPEN: &[u8] = b".nfs";

/// Names that begin so belong to the layout of the target.
const RESERVED: &[u8] = b"..";

const ALWAYS: OFlags = OFlags::RDONLY.union(OFlags::NOFOLLOW).union(OFlags::NONBLOCK).union(OFlags::CLOEXEC);

/// An entry that is open.
pub(super) struct Opened {
    pub(super) file: OwnedFd,
    pub(super) print: Print,
}

/// A walk with its bounds.
pub(super) struct Walk<'a, V> {
    pub(super) bounds: Bounds,
    pub(super) entries: usize,
    pub(super) bytes: u64,
    /// Returns true for a file whose content will be read.
    pub(super) reads: &'a (dyn Fn(&Path, &Print) -> bool + Sync),
    /// Is called for each entry. A directory comes before its content.
    pub(super) visit: &'a mut V,
}

impl<V: FnMut(&Path, Opened) -> Result<(), Fault>> Walk<'_, V> {
    /// Visits `opened` and everything below it.
    pub(super) fn enter(&mut self, path: &Path, opened: Opened, depth: usize) -> Result<(), Fault> {
        self.count(path, &opened.print)?;
        if !opened.print.is_directory {
            return (self.visit)(path, opened);
        }
        if depth > MAX_DEPTH {
            return Err(Fault::new(
                Kind::SourceTooLarge,
                format!("{}: more than {MAX_DEPTH} directories deep", shown(path)),
            ));
        }
        let names = self.names(path, opened.file.as_fd())?;
        if names.is_empty() && depth == 0 && !self.bounds.allow_empty {
            return Err(Fault::new(
                Kind::SourceMissing,
                "the directory is empty; is the volume mounted? (--allow-empty accepts it)",
            ));
        }
        let directory = opened.file.try_clone().map_err(|error| Fault::source(path, &error))?;
        (self.visit)(path, opened)?;
        for names in names.chunks(AT_ONCE) {
            let opened = open_all(directory.as_fd(), names, path, self.reads);
            for (name, opened) in names.iter().zip(opened) {
                if let Some(opened) = opened? {
                    self.enter(&path.join(name), opened, depth + 1)?;
                }
            }
        }
        Ok(())
    }

    fn count(&mut self, path: &Path, print: &Print) -> Result<(), Fault> {
        let Bounds { files, bytes, file_bytes, .. } = self.bounds;
        let too_large = |text: String| Err(Fault::new(Kind::SourceTooLarge, text));
        self.entries += 1;
        self.bytes = self.bytes.saturating_add(print.size);
        if self.entries > files.saturating_add(1) {
            return too_large(format!("more than {files} files and directories (--max-files)"));
        }
        if print.size > file_bytes {
            return too_large(format!("{}: larger than {file_bytes} bytes (--max-file-bytes)", shown(path)));
        }
        if self.bytes > bytes {
            return too_large(format!("more than {bytes} bytes in all (--max-bytes)"));
        }
        Ok(())
    }

    /// Returns the sorted names in a directory, of which there are no more than the bound.
    fn names(&self, path: &Path, directory: BorrowedFd<'_>) -> Result<Vec<OsString>, Fault> {
        let failed = |error: rustix::io::Errno| Fault::source(path, &error.into());
        let mut names = Vec::new();
        for entry in Dir::read_from(directory).map_err(failed)? {
            let name = entry.map_err(failed)?.file_name().to_bytes().to_vec();
            if name == b"." || name == b".." || name.starts_with(REMOVED_BUT_OPEN) {
                continue;
            }
            if path.as_os_str().is_empty() && name.starts_with(RESERVED) {
                let name = shown(Path::new(OsStr::from_bytes(&name)));
                return Err(Fault::new(
                    Kind::SourceForeign,
                    format!("{name}: names that begin with two dots are reserved"),
                ));
            }
            names.push(OsString::from_vec(name));
            if names.len() > self.bounds.files {
                let text = format!("more than {} files and directories (--max-files)", self.bounds.files);
                return Err(Fault::new(Kind::SourceTooLarge, text));
            }
        }
        names.sort();
        Ok(names)
    }
}

/// Opens entries of a directory at the same time, and begins to read those whose content will be read.
fn open_all(
    directory: BorrowedFd<'_>,
    names: &[OsString],
    path: &Path,
    reads: &(dyn Fn(&Path, &Print) -> bool + Sync),
) -> Vec<Result<Option<Opened>, Fault>> {
    let open = |name: &OsString| {
        let path = path.join(name);
        let opened = open(directory, name, &path)?;
        if let Some(Opened { file, print }) = opened.as_ref().filter(|opened| reads(&path, &opened.print)) {
            // Without it the content is read all the same, only later.
            let _ = fadvise(file, 0, NonZeroU64::new(print.size), Advice::WillNeed);
        }
        Ok(opened)
    };
    if let [name] = names {
        return vec![open(name)];
    }
    thread::scope(|scope| {
        let start =
            |name| (name, thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, move || open(name)));
        let threads: Vec<_> = names.iter().map(start).collect();
        let opened = threads.into_iter().map(|(name, thread)| match thread {
            Ok(thread) => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            // There are as many threads as this container may have.
            Err(_) => open(name),
        });
        opened.collect()
    })
}

/// Opens an entry. Returns `None` if it was removed after the directory was listed.
fn open(directory: BorrowedFd<'_>, name: &OsStr, path: &Path) -> Result<Option<Opened>, Fault> {
    let foreign = |found: &str| Fault::new(Kind::SourceForeign, format!("{}: is {found}", shown(path)));
    // Opening a device can have any effect, and opening a pipe wakes its writer. The cache may describe a file that was
    // replaced, so the server is asked before a file is refused.
    if let Ok(cached) = statat(directory, name, AtFlags::SYMLINK_NOFOLLOW)
        && Print::of(&cached).is_err()
    {
        let flags = AtFlags::SYMLINK_NOFOLLOW | AtFlags::STATX_FORCE_SYNC;
        let now =
            statx(directory, name, flags, StatxFlags::TYPE).map(|now| FileType::from_raw_mode(now.stx_mode.into()));
        match now {
            Ok(FileType::Directory | FileType::RegularFile) => {}
            Ok(kind) => return Err(foreign(described(kind))),
            Err(rustix::io::Errno::NOENT) => return Ok(None),
            Err(error) => return Err(Fault::source(path, &error.into())),
        }
    }
    match openat(directory, name, ALWAYS, Mode::empty()) {
        Ok(file) => opened(file, path).map(Some),
        Err(rustix::io::Errno::NOENT) => Ok(None),
        Err(rustix::io::Errno::NXIO) => Err(foreign("a socket or a device")),
        Err(error) => Err(Fault::source(path, &error.into())),
    }
}

/// Returns the entry behind a descriptor, which must be a directory or a regular file.
pub(super) fn opened(file: OwnedFd, path: &Path) -> Result<Opened, Fault> {
    let stat = fstat(&file).map_err(|error| Fault::source(path, &error.into()))?;
    match Print::of(&stat) {
        Ok(print) => Ok(Opened { file, print }),
        Err(found) => Err(Fault::new(Kind::SourceForeign, format!("{}: is {found}", shown(path)))),
    }
}

/// Returns the path of an entry below the root, or the root's own.
pub(super) fn named(root: &Path, path: &Path) -> PathBuf {
    if path.as_os_str().is_empty() { root.to_owned() } else { path.to_owned() }
}
