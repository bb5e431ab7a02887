//! The mount that a directory is on, as the kernel lists it in `/proc/self/mountinfo`.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

/// The file in which the kernel lists the mounts of this process. Reading it calls no server.
const MOUNTINFO: &str = "/proc/self/mountinfo";

/// The largest part of a file in `/proc` that is read, in bytes. A host with thousands of mounts has less.
const MAX_BYTES: u64 = 4 * 1024 * 1024;

/// A mount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mount {
    /// The directory at which it is mounted.
    pub(crate) point: PathBuf,
    /// The directory of the file system that is there: `/` unless a part of it is mounted.
    pub(crate) root: String,
    /// The type of the file system, such as `nfs4`.
    pub(crate) kind: String,
    /// Its source, such as `127.0.0.1:/`.
    pub(crate) source: String,
    /// The options of the mount and of the file system, such as `ro`, `hard` and `timeo=600`, each once.
    pub(crate) options: Vec<String>,
}

impl Mount {
    /// Returns the mount that `directory` is on. Its path is absolute and free of links. `None` if the kernel lists none.
    ///
    /// # Errors
    /// Returns an error if the list cannot be read.
    pub(super) fn of(directory: &Path) -> io::Result<Option<Self>> {
        Ok(parse(&read_proc(MOUNTINFO)?, directory))
    }

    /// Returns true if other hosts can mount it by NFS.
    pub(crate) fn is_nfs(&self) -> bool {
        self.kind == "nfs" || self.kind == "nfs4"
    }

    /// Returns the value of an option such as `vers`.
    pub(crate) fn option(&self, name: &str) -> Option<&str> {
        self.options.iter().find_map(|option| option.strip_prefix(name)?.strip_prefix('='))
    }

    /// Returns true if this task cannot write there.
    pub(crate) fn is_read_only(&self) -> bool {
        self.options.first().is_some_and(|first| first == "ro")
    }
}

/// Reads a file in `/proc`, up to a bound.
pub(super) fn read_proc(path: &str) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let file: File = fs_err::File::open(path)?.into();
    file.take(MAX_BYTES).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Finds the mount of `directory`: the one with the longest path, and of several at one path the last.
fn parse(list: &[u8], directory: &Path) -> Option<Mount> {
    let mounts = list.split(|byte| *byte == b'\n').filter_map(line);
    mounts.filter(|mount| directory.starts_with(&mount.point)).max_by_key(|mount| mount.point.as_os_str().len())
}

/// Parses a line: id, parent, device, root, mount point, options, any number of optional fields, `-`, type, source, options of the
/// file system (see proc(5)).
fn line(line: &[u8]) -> Option<Mount> {
    let fields: Vec<&[u8]> = line.split(|byte| *byte == b' ').collect();
    let [_, _, _, root, point, options, ..] = fields[..] else { return None };
    let separator = fields.iter().skip(6).position(|field| *field == b"-")? + 6;
    let [kind, source, ref more @ ..] = fields[separator + 1..] else { return None };
    let text = |field: &[u8]| String::from_utf8_lossy(&unescaped(field)).into_owned();
    let mut all: Vec<String> = Vec::new();
    for option in options
        .split(|byte| *byte == b',')
        .chain(more.first().into_iter().flat_map(|more| more.split(|byte| *byte == b',')))
    {
        let option = text(option);
        // The file system itself may be writable where this mount of it is not.
        let is_known = all.contains(&option) || ((option == "rw" || option == "ro") && !all.is_empty());
        if !is_known && !option.is_empty() {
            all.push(option);
        }
    }
    let point = PathBuf::from(std::ffi::OsString::from_vec(unescaped(point)));
    Some(Mount { point, root: text(root), kind: text(kind), source: text(source), options: all })
}

/// Returns a field as it was before the kernel has escaped spaces, tabs, line breaks and backslashes in it, as `\040`.
fn unescaped(field: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(field.len());
    let mut rest = field;
    while let [first, behind @ ..] = rest {
        let octal = |digits: &[u8; 3]| {
            let is_octal = digits[0] <= b'3' && digits.iter().all(|digit| (b'0'..=b'7').contains(digit));
            is_octal.then(|| digits.iter().fold(0, |value: u8, digit| value.wrapping_mul(8).wrapping_add(digit - b'0')))
        };
        let escaped = behind.first_chunk::<3>().filter(|_| *first == b'\\').and_then(octal);
        bytes.push(escaped.unwrap_or(*first));
        rest = if escaped.is_some() { &behind[3..] } else { behind };
    }
    bytes
}

/// Returns a path as the kernel writes it in its lists.
pub(super) fn escaped(path: &Path) -> Vec<u8> {
    path.as_os_str().as_bytes().iter().fold(Vec::new(), |mut bytes, byte| {
        match byte {
            b' ' | b'\t' | b'\n' | b'\\' => bytes.extend_from_slice(format!("\\{byte:03o}").as_bytes()),
            other => bytes.push(*other),
        }
        bytes
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const EFS: &str = "612 600 0:52 /message /mnt/msg ro,relatime shared:7 master:1 - nfs4 127.0.0.1:/ \
                       rw,vers=4.1,rsize=1048576,wsize=1048576,hard,noresvport,proto=tcp,timeo=600,retrans=2";

    fn mount(list: &str, directory: &str) -> Mount {
        parse(list.as_bytes(), Path::new(directory)).unwrap()
    }

    #[test]
    fn the_mount_of_a_directory_has_its_type_its_source_and_its_options() {
        let list = format!("1 0 8:1 / / rw - ext4 /dev/root rw,discard\n{EFS}\n2 1 0:5 / /mnt rw - tmpfs tmpfs rw\n");
        let efs = mount(&list, "/mnt/msg/walls/one");
        assert_eq!((efs.point.to_str(), efs.root.as_str(), efs.kind.as_str()), (Some("/mnt/msg"), "/message", "nfs4"));
        assert_eq!(
            (efs.source.as_str(), efs.option("vers"), efs.option("timeo")),
            ("127.0.0.1:/", Some("4.1"), Some("600"))
        );
        assert!(efs.is_read_only() && efs.is_nfs() && efs.options.contains(&"hard".to_owned()));
        assert!(!efs.options.contains(&"rw".to_owned()), "the mount decides");
        assert_eq!(mount(&list, "/mnt/msgs").kind, "tmpfs", "a path is more than its letters");
        assert_eq!(mount(&list, "/home").kind, "ext4");
    }

    #[test]
    fn the_last_of_several_mounts_at_one_place_is_the_one_that_is_seen() {
        let list = "1 0 8:1 / /mnt rw - ext4 a rw\n2 0 8:2 / /mnt rw - xfs b rw\n";
        assert_eq!(mount(list, "/mnt").kind, "xfs");
    }

    #[test]
    fn odd_escapes_and_lines_that_are_cut_are_read_as_far_as_they_go() {
        let odd = "1 0 8:1 / /mnt/a\\040b\\134\\011c rw - fuse.s3fs s\\999\\0 rw,x=\\054";
        let found = mount(odd, "/mnt/a b\\\tc/wall");
        assert_eq!((found.source.as_str(), found.options.last().unwrap().as_str()), ("s\\999\\0", "x=,"));
        assert_eq!(escaped(&found.point), b"/mnt/a\\040b\\134\\011c");
        for cut in 0..EFS.len() {
            drop(parse(&EFS.as_bytes()[..cut], Path::new("/mnt/msg")));
        }
        for nothing in ["", "\n\n", "1 2 3", "- - - - - - -", "1 0 8:1 / /mnt rw", "1 0 8:1 / /mnt rw -"] {
            assert_eq!(parse(nothing.as_bytes(), Path::new("/mnt")), None, "{nothing:?}");
        }
        let bytes = [b"1 0 8:1 / /mnt/".as_slice(), &[0xff, 0xfe], b" rw - nfs4 \xff rw"].concat();
        let point = PathBuf::from(std::ffi::OsString::from_vec(b"/mnt/\xff\xfe".to_vec()));
        assert_eq!(parse(&bytes, &point).unwrap().source, "\u{fffd}");
    }
}
