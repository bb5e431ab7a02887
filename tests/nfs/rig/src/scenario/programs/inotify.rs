//! entr and inotifywait, which watch by inotify: a command or a script copies the file.

use super::program::{Place, Program, generation, words};

pub(super) const ENTR: Program = Program {
    name: "entr",
    file: "watched.txt",
    content,
    refused: None,
    follow: &["--then", "touch"],
    is_child: false,
    start: |place| {
        let (file, copy) = (place.file(), place.path("copied"));
        words(["/bin/sh", "-c", &format!("echo {file} | exec entr -n cp {file} {copy}")])
    },
    shows,
    fetched: None,
};

pub(super) const INOTIFYWAIT: Program = Program {
    name: "inotifywait",
    file: "moved.txt",
    content,
    refused: None,
    follow: &["--then", "touch"],
    is_child: false,
    start: |place| {
        let (file, copy, directory) = (place.file(), place.path("copied"), place.directory());
        let copying = format!("cp {file} {copy}");
        let watch = format!("inotifywait -q -m -e moved_to {directory} | while read -r _; do {copying}; done");
        words(["/bin/sh", "-c", &format!("{copying}; {watch}")])
    },
    shows,
    fetched: None,
};

fn content(number: usize) -> String {
    format!("generation {number}\n")
}

fn shows(place: &Place) -> Option<usize> {
    generation(&fs_err::read_to_string(place.path("copied")).ok()?)
}
