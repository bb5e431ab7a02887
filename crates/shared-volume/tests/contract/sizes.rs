//! The sizes of the files of a wall.

use shared_volume::sizes::{MAX_MEASURED, Measured, Size};
use shared_volume::{Volume, WallDir};

fn size(wall: &WallDir, part: Measured) -> std::io::Result<Size> {
    let mut measuring = part.begin(wall)?;
    loop {
        if let Some(size) = measuring.advance(7)? {
            return Ok(size);
        }
    }
}

#[test]
fn each_part_has_the_size_of_its_regular_files_and_nothing_is_followed() {
    let directory = tempfile::tempdir().unwrap();
    let wall = Volume::new(directory.path()).wall(None);
    for part in Measured::ALL {
        assert_eq!(size(&wall, part).unwrap(), Size::default(), "{part:?} is missing");
    }
    fs_err::write(wall.content(), "x".repeat(1234)).unwrap();
    fs_err::create_dir(wall.history()).unwrap();
    for number in 0..20 {
        fs_err::write(wall.history().join(number.to_string()), "ten bytes!").unwrap();
    }
    fs_err::create_dir(wall.history().join("directory")).unwrap();
    std::os::unix::fs::symlink(wall.content(), wall.history().join("link")).unwrap();
    std::os::unix::fs::symlink(wall.history(), wall.trash()).unwrap();
    fs_err::create_dir(wall.config()).unwrap();
    assert_eq!(size(&wall, Measured::Log).unwrap(), Size { files: 1, bytes: 1234, is_cut: false });
    assert_eq!(size(&wall, Measured::History).unwrap(), Size { files: 20, bytes: 200, is_cut: false });
    assert!(size(&wall, Measured::Trash).is_err() && size(&wall, Measured::Configuration).is_err());
}

#[test]
fn a_directory_that_others_have_filled_is_not_measured_to_its_end() {
    let directory = tempfile::tempdir().unwrap();
    let wall = Volume::new(directory.path()).wall(None);
    fs_err::create_dir(wall.retries()).unwrap();
    for number in 0..MAX_MEASURED + 5 {
        fs_err::File::create(wall.retries().join(number.to_string())).unwrap();
    }
    assert_eq!(size(&wall, Measured::Retries).unwrap(), Size { files: MAX_MEASURED, bytes: 0, is_cut: true });
}

#[test]
fn published_files_are_measured_with_their_histories_and_no_link_is_followed() {
    let directory = tempfile::tempdir().unwrap();
    let wall = Volume::new(directory.path()).wall(None);
    for name in ["app.yaml", "nginx.conf"] {
        let file = wall.files().join(name);
        fs_err::create_dir_all(file.join("history/too/deep")).unwrap();
        for path in [
            "current",
            "history/0000000001.json",
            "history/0000000002.json",
            "history/too/file",
            "history/too/deep/file",
        ] {
            fs_err::write(file.join(path), "ten bytes!").unwrap();
        }
        std::os::unix::fs::symlink(wall.path(), file.join("everything")).unwrap();
    }
    assert_eq!(size(&wall, Measured::Files).unwrap(), Size { files: 6, bytes: 60, is_cut: false });
}
