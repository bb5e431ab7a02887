//! Foreign files on the volume.

use std::fs::{File, Permissions};
use std::io::{Seek, Write};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use rustix::fs::{CWD, FileType, Mode, makedev, mknodat};
use tests::Wall;

use crate::support::skipped;

/// The kind of a planted file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Fifo,
    Directory,
    Socket,
    Device,
    DanglingLink,
    LiveLink,
    SparseFile,
}

impl Kind {
    /// Returns the name that the programs report for this kind; `None` for a regular file.
    pub(crate) fn found(self) -> Option<&'static str> {
        match self {
            Self::Fifo => Some("a FIFO"),
            Self::Directory => Some("a directory"),
            Self::Socket => Some("a socket"),
            Self::Device => Some("a device"),
            Self::DanglingLink | Self::LiveLink => Some("a symbolic link"),
            Self::SparseFile => None,
        }
    }
}

pub(crate) const ALL: [Kind; 7] =
    [Kind::Fifo, Kind::Directory, Kind::Socket, Kind::Device, Kind::DanglingLink, Kind::LiveLink, Kind::SparseFile];

/// The size of the sparse file: 8 GiB.
const SPARSE_BYTES: u64 = 8 << 30;

/// A planted file. The original file is kept beside the volume.
#[derive(Debug)]
pub(crate) struct Plant {
    path: PathBuf,
    kept: PathBuf,
}

impl Plant {
    /// Plants `kind` at `name` below the volume. Returns `None` if this machine does not allow it.
    pub(crate) fn put(volume: &Path, name: &str, kind: Kind) -> Result<Option<Self>> {
        let this = Self::make_room(volume, name)?;
        let path = &this.path;
        match kind {
            Kind::Fifo => mknodat(CWD, path, FileType::Fifo, Mode::from_raw_mode(0o640), 0)?,
            Kind::Directory => fs_err::create_dir(path)?,
            // The file of the socket stays when the listener is closed.
            Kind::Socket => drop(UnixListener::bind(path)?),
            Kind::Device => {
                // The device of /dev/zero, which never ends.
                let made = mknodat(CWD, path, FileType::CharacterDevice, Mode::from_raw_mode(0o640), makedev(1, 5));
                if let Err(error) = made {
                    skipped(&format!("a device at {name} (mknod: {error})"));
                    this.put_back()?;
                    return Ok(None);
                }
            }
            Kind::DanglingLink => symlink("nowhere", path)?,
            Kind::LiveLink => {
                let target = volume.with_extension("link-target");
                fs_err::write(&target, "not for you\n")?;
                symlink(&target, path)?;
            }
            Kind::SparseFile => fs_err::File::create(path)?.set_len(SPARSE_BYTES)?,
        }
        Ok(Some(this))
    }

    /// Plants a hard link to `file`.
    pub(crate) fn link(volume: &Path, name: &str, file: &Path) -> Result<Self> {
        let this = Self::make_room(volume, name)?;
        fs_err::hard_link(file, &this.path)?;
        Ok(this)
    }

    /// Moves the file at `name` away.
    pub(crate) fn make_room(volume: &Path, name: &str) -> Result<Self> {
        let path = volume.join(name);
        let kept = volume.with_extension(format!("kept-{}", fastrand::u64(..)));
        if path.symlink_metadata().is_ok() {
            fs_err::rename(&path, &kept)?;
        } else if let Some(above) = path.parent() {
            fs_err::create_dir_all(above)?;
        }
        Ok(Self { path, kept })
    }

    /// Removes the planted file or its replacement, and restores the original file.
    pub(crate) fn remove(self) -> Result<()> {
        match self.path.symlink_metadata() {
            Ok(metadata) if metadata.is_dir() => fs_err::remove_dir_all(&self.path)?,
            Ok(_) => fs_err::remove_file(&self.path)?,
            Err(_) => {}
        }
        self.put_back()
    }

    fn put_back(&self) -> Result<()> {
        if self.kept.symlink_metadata().is_ok() {
            fs_err::rename(&self.kept, &self.path)?;
        }
        Ok(())
    }
}

/// Makes a file with one line of 1 GiB and no newline.
pub(crate) fn line_of_1_gib(path: &Path) -> Result<()> {
    let piece = vec![b'x'; 8 << 20];
    let mut file = File::create(path).context("the file of 1 GiB")?;
    while file.stream_position()? < 1 << 30 {
        file.write_all(&piece)?;
    }
    file.set_permissions(Permissions::from_mode(0o640))?;
    Ok(())
}

/// The name of a segment of `retries/` that a writer accepts as its own.
pub(crate) const SEGMENT: &str = "retries/9999999999999-126322567-01KATK5XH8Z6Z7M1T2D3E4F5G6.events";

/// A published file.
pub(crate) const FILE: &str = "app.conf";

/// Creates every file of the volume: a configuration, messages, a log in the trash, remembered events, a published file.
pub(crate) async fn prepare(wall: &Wall) -> Result<()> {
    wall.change_config(&serde_json::json!({ "title": "The first" })).await?;
    wall.change_config(&serde_json::json!({ "title": "The good one" })).await?;
    wall.post("cleared").await?.success()?;
    wall.delete().await?;
    wall.post("kept").await?.success()?;
    for content in ["the first\n", "the good one\n"] {
        wall.invoke(&serde_json::json!({ "command": "publish_file", "name": FILE, "content": content })).await?;
    }
    Ok(())
}
