//! Links, FIFOs and directories on the paths of a file.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, FileType, Mode, mknodat};
use shared_volume::files::FileDir;

use super::support::{NAME, request};
use crate::support::TestWall;

/// The paths, and the names that errors have for them.
fn paths(wall: &TestWall) -> [(PathBuf, &'static str); 5] {
    let file: FileDir = wall.file(NAME);
    [
        (wall.dir.files(), "files: "),
        (file.path().to_owned(), "files/app.yaml: "),
        (file.history(), "files/app.yaml/history: "),
        (file.current(), "files/app.yaml/current: "),
        (file.schema(), "files/app.yaml/schema.json: "),
    ]
}

fn refused(plant: impl Fn(&Path), found: &str) {
    for at in 0..paths(&TestWall::new()).len() {
        let wall = TestWall::new();
        let (path, expected) = paths(&wall)[at].clone();
        fs_err::create_dir_all(path.parent().unwrap()).unwrap();
        plant(&path);
        let error = wall.try_publish_file(request(NAME, b"one", None)).unwrap_err();
        assert_eq!(error.name(), "volume_foreign", "{error}");
        let text = error.to_string();
        assert!(text.starts_with(expected) && text.contains(found), "{text}");
    }
}

#[test]
fn a_fifo_is_named_and_blocks_nothing() {
    refused(|path| mknodat(CWD, path, FileType::Fifo, Mode::from_raw_mode(0o640), 0).unwrap(), "is a FIFO");
}

#[test]
fn a_link_is_named_and_nothing_is_written_behind_it() {
    let behind = tempfile::tempdir().unwrap();
    refused(|path| symlink(behind.path(), path).unwrap(), "is a symbolic link");
    assert_eq!(fs_err::read_dir(behind.path()).unwrap().count(), 0);
}

#[test]
fn a_directory_in_place_of_a_file_is_named() {
    for at in [3, 4] {
        let wall = TestWall::new();
        let (path, expected) = paths(&wall)[at].clone();
        fs_err::create_dir_all(path).unwrap();
        let text = wall.try_publish_file(request(NAME, b"one", None)).unwrap_err().to_string();
        assert!(text.starts_with(expected) && text.contains("is a directory"), "{text}");
    }
}

#[test]
fn a_planted_generation_is_passed_over() {
    let wall = TestWall::new();
    wall.publish_file(b"one");
    fs_err::create_dir(wall.file(NAME).history_file(7)).unwrap();
    symlink("/etc/passwd", wall.file(NAME).history_file(8)).unwrap();
    assert_eq!((wall.state().generation(), wall.fault()), (1, String::new()));
    assert_eq!(wall.publish_file(b"two"), 9);
    assert_eq!(wall.generations(), [9, 1]);
}
