//! Another program that knows nothing of the contract.

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::FileExt;

use shared_volume::WallDir;

/// A log that a program holds open.
pub(crate) struct Handle {
    pub(crate) file: File,
    /// How often the log was deleted when it was opened.
    pub(crate) life: u64,
}

pub(crate) fn open(wall: &WallDir, life: u64) -> Handle {
    let file = fs_err::OpenOptions::new().create(true).append(true).open(wall.content()).unwrap().into_file();
    Handle { file, life }
}

pub(crate) fn append(file: &mut File, bytes: &[u8]) {
    file.write_all(bytes).unwrap();
}

/// Replaces one text by another of the same length: in a new file, as `sed -i` does, or in place.
pub(crate) fn edit(wall: &WallDir, from: &str, to: &str, in_place: bool) -> bool {
    let bytes = fs_err::read(wall.content()).unwrap();
    let Some(at) = memchr::memmem::find(&bytes, from.as_bytes()) else { return false };
    if in_place {
        let file = fs_err::OpenOptions::new().write(true).open(wall.content()).unwrap().into_file();
        file.write_all_at(to.as_bytes(), at as u64).unwrap();
    } else {
        let mut edited = bytes;
        edited[at..at + from.len()].copy_from_slice(to.as_bytes());
        let temporary = wall.path().join("sed");
        fs_err::write(&temporary, edited).unwrap();
        fs_err::rename(temporary, wall.content()).unwrap();
    }
    true
}
