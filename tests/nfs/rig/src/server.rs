//! The NFS server, which is the virtual machine itself.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::clients::run;

/// Returns the path on the disk of the server, which no cache of a client hides.
pub(crate) fn path(path: impl AsRef<Path>) -> PathBuf {
    Path::new("/export").join(path)
}

pub(crate) fn stop() -> Result<()> {
    run("/bin/rpc.nfsd", &["0"])
}

/// Starts the server again. For 10 s it grants only locks that clients held before.
pub(crate) fn start() -> Result<()> {
    run("/bin/rpc.nfsd", &["--no-nfs-version", "3", "8"])
}
