//! The published directory: files that refer to each other, and a link to it.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::clients::WRITER_1;

/// The number of files of a generation.
pub(super) const FILES: usize = 20;

/// Returns the path of the link below a mount.
pub(super) fn link() -> &'static str {
    "follow/current"
}

/// The target, on a file system of the machine that `follow` runs on.
pub(super) fn target() -> PathBuf {
    PathBuf::from("/run/follow/target")
}

/// Publishes a generation durably.
pub(super) fn publish(generation: usize) -> Result<()> {
    publish_files(generation, FILES)
}

/// Publishes a generation of so many files: a new directory, and the link exchanged.
pub(super) fn publish_files(generation: usize, files: usize) -> Result<()> {
    let directory = WRITER_1.path(format!("follow/versions/{generation}"));
    fs_err::create_dir(&directory)?;
    for file in 0..files {
        fs_err::write(directory.join(format!("{file}.conf")), format!("generation {generation}, see {}\n", file + 1))?;
    }
    let (link, next) = (WRITER_1.path(link()), WRITER_1.path("follow/next"));
    std::os::unix::fs::symlink(format!("versions/{generation}"), &next)?;
    Ok(fs_err::rename(next, link)?)
}

/// Reads the first files of the target, all in one generation. Returns `None` if its time was over meanwhile.
pub(super) fn read() -> Result<Option<usize>> {
    let (target, mut generation) = (target(), None);
    let Ok(directory) = fs_err::read_link(target.join("..data")).map(|link| target.join(link)) else { return Ok(None) };
    for file in 0..FILES {
        let Some(found) = number(&directory.join(format!("{file}.conf")))? else { return Ok(None) };
        ensure!(*generation.get_or_insert(found) == found, "generations {generation:?} and {found} at once");
    }
    Ok(generation)
}

fn number(path: &Path) -> Result<Option<usize>> {
    let Ok(text) = fs_err::read_to_string(path) else { return Ok(None) };
    let number = text.strip_prefix("generation ").and_then(|rest| rest.split_once(',')).map(|(number, _)| number);
    Ok(Some(number.with_context(|| format!("half a file: {text:?}"))?.parse()?))
}
