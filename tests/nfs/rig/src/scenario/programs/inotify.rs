//! entr and incron, which watch by inotify and run a command: it copies the file.

use super::program::{Place, Program, generation, words};

pub(super) const ENTR: Program = Program {
    name: "entr",
    file: "watched.txt",
    content,
    refused: None,
    follow: &["--then", "touch"],
    is_child: false,
    needs_root: false,
    start: |place| {
        let (file, copy) = (place.file(), place.path("copied"));
        words(["/bin/sh", "-c", &format!("echo {file} | exec entr -n cp {file} {copy}")])
    },
    shows,
    fetched: None,
};

pub(super) const INCRON: Program = Program {
    name: "incron",
    file: "tabled.txt",
    content,
    refused: None,
    follow: &["--then", "touch"],
    is_child: false,
    needs_root: true,
    start: |place| {
        let (file, copy, directory) = (place.file(), place.path("copied"), place.directory());
        let [tables, users, settings, script] =
            ["tables", "users", "incron.conf", "copy.sh"].map(|name| place.path(name));
        let (scratch, watch) = (place.path(""), format!("{directory} IN_MOVED_TO sh {script}"));
        let prepare = format!(
            "mkdir -p {tables} {users} && echo 'cp {file} {copy}' > {script} && sh {script} && echo '{watch}' > {tables}/follow && \
            printf 'system_table_dir = %s\\nuser_table_dir = %s\\nlockfile_dir = %s\\nlockfile_name = incrond\\n' \
            {tables} {users} {scratch} > {settings} && exec incrond -n -f {settings}"
        );
        words(["/bin/sh", "-c", &prepare])
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
