//! The NFS server, which is the virtual machine itself.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::clients::run;

/// A path as the server has it on its own disk, past all caches of the clients.
pub(crate) fn path(path: impl AsRef<Path>) -> PathBuf {
    Path::new("/export").join(path)
}

pub(crate) fn stop() -> Result<()> {
    run("/bin/rpc.nfsd", &["0"])
}

/// Starts the server again. For 10 s it grants only what clients held before.
pub(crate) fn start() -> Result<()> {
    run("/bin/rpc.nfsd", &["--no-nfs-version", "3", "8"])
}
