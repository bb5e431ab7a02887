//! The root of a source.

use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, StatxAttributes, StatxFlags, lstat, open, stat, statx};

use super::print::{Print, Survey, described};
use super::walk::{Opened, Walk, opened};
use crate::fault::{Fault, Kind, shown};
use crate::settings::Bounds;

const ALWAYS: OFlags = OFlags::RDONLY.union(OFlags::NONBLOCK).union(OFlags::CLOEXEC);

/// The number of times that the root is opened again after `ESTALE`, which means that it was replaced between two steps.
const STALE_TRIES: u32 = 3;

/// Opens the root of a source. With `mount`, that directory has to be a mount point, and the root on its file system.
pub(super) fn open_root(root: &Path, mount: Option<&Path>) -> Result<Opened, Fault> {
    let mut tries = 0;
    loop {
        match try_open(root) {
            Err(rustix::io::Errno::STALE) if tries < STALE_TRIES => tries += 1,
            Err(error) => return Err(Fault::source(root, &error.into())),
            Ok(Err(foreign)) => return Err(foreign),
            Ok(Ok(file)) => {
                let opened = opened(file, root)?;
                check_device(root, mount, &opened.print)?;
                return Ok(opened);
            }
        }
    }
}

fn try_open(root: &Path) -> rustix::io::Result<Result<OwnedFd, Fault>> {
    // An NFS client asks the server again for the names in a directory, and where links lead, when the directory is opened.
    if let Some(above) = root.parent() {
        drop(open(above, ALWAYS | OFlags::DIRECTORY, Mode::empty()));
    }
    let kind = FileType::from_raw_mode(stat(root)?.st_mode);
    if kind != FileType::Directory && kind != FileType::RegularFile {
        return Ok(Err(Fault::new(Kind::SourceForeign, format!("{}: is {}", shown(root), described(kind)))));
    }
    open(root, ALWAYS, Mode::empty()).map(Ok)
}

/// A link that anyone on the volume can place must not lead to the files of this container.
fn check_device(root: &Path, mount: Option<&Path>, print: &Print) -> Result<(), Fault> {
    let named = lstat(root).map_err(|error| Fault::source(root, &error.into()))?;
    let leads_away = FileType::from_raw_mode(named.st_mode) == FileType::Symlink && named.st_dev != print.device();
    let is_outside = match mount {
        Some(mount) => mounted_device(mount)? != print.device(),
        None => false,
    };
    if leads_away || is_outside {
        return Err(Fault::new(Kind::SourceForeign, format!("{}: leads to another file system", shown(root))));
    }
    Ok(())
}

fn mounted_device(mount: &Path) -> Result<u64, Fault> {
    let failed = |error: rustix::io::Errno| Fault::source(mount, &error.into());
    let found = statx(CWD, mount, AtFlags::empty(), StatxFlags::BASIC_STATS).map_err(failed)?;
    if !found.stx_attributes.contains(StatxAttributes::MOUNT_ROOT) {
        return Err(Fault::new(Kind::SourceMissing, format!("{}: nothing is mounted there", shown(mount))));
    }
    Ok(rustix::fs::makedev(found.stx_dev_major, found.stx_dev_minor))
}

/// Returns true if the source is a file, and false if it is a directory.
pub(crate) fn is_file(root: &Path, mount: Option<&Path>) -> Result<bool, Fault> {
    open_root(root, mount).map(|root| !root.print.is_directory)
}

/// Opens every entry and returns what it is now. Opening asks the server; nothing is read.
pub(crate) fn survey(root: &Path, mount: Option<&Path>, bounds: Bounds) -> Result<Survey, Fault> {
    let mut survey = Survey::new();
    let mut visit = |path: &Path, opened: Opened| {
        survey.insert(path.to_owned(), opened.print);
        Ok(())
    };
    let root = open_root(root, mount)?;
    Walk { bounds, entries: 0, bytes: 0, reads: &|_, _| false, visit: &mut visit }.enter(Path::new(""), root, 0)?;
    Ok(survey)
}
