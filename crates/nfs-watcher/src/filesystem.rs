//! Recognises file systems that other hosts can write to.

use std::io;
use std::path::Path;

use crate::mount::is_missing;

/// The `f_type` values of file systems that other hosts can write to, from `linux/magic.h`, statfs(2) and the sources
/// of the file systems. FUSE is one of them because most FUSE file systems are remote; virtiofs has the same number.
#[cfg(any(target_os = "linux", target_os = "android"))]
const NETWORK: [u32; 20] = [
    0x0000_6969, // NFS
    0xFF53_4D42, // CIFS
    0xFE53_4D42, // SMB2
    0x0000_517B, // SMB
    0x0102_1997, // 9p
    0x6573_5546, // FUSE, virtiofs
    0x00C3_6400, // Ceph
    0x5346_414F, // OpenAFS
    0x6B41_4653, // the kernel's AFS
    0x0BD0_0BD0, // Lustre
    0x1983_0326, // BeeGFS
    0x4750_4653, // GPFS
    0x0116_1970, // GFS2
    0x7461_636F, // OCFS2
    0x2003_0528, // OrangeFS
    0xAAD7_AAEA, // PanFS
    0x7375_7245, // Coda
    0x0000_564C, // NCP
    0x786F_4256, // VirtualBox shared folders
    0xBACB_ACBC, // VMware shared folders
];

/// Returns true if `path` is on a file system that other hosts can write to: NFS, SMB, 9p, virtiofs, FUSE, Ceph, AFS,
/// Lustre and similar ones. The decision is based on the `f_type` that `statfs` returns.
///
/// If the path does not exist, its nearest existing ancestor is examined. The call goes to the mount and hangs, as any
/// other access does, while the server does not answer.
///
/// # Errors
///
/// Returns the error of `statfs`, unless the path is missing. On systems other than Linux the error is always
/// [`io::ErrorKind::Unsupported`].
pub fn is_network_filesystem(path: impl AsRef<Path>) -> io::Result<bool> {
    let mut path = std::path::absolute(path)?;
    loop {
        match file_system_number(&path) {
            Err(error) if is_missing(&error) && path.pop() => {}
            result => return result.map(is_network),
        }
    }
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn file_system_number(path: &Path) -> io::Result<u32> {
    // The type of the field differs between architectures. All values in use fit into 32 bits.
    Ok(rustix::fs::statfs(path)?.f_type as u32)
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn is_network(number: u32) -> bool {
    NETWORK.contains(&number)
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn file_system_number(_path: &Path) -> io::Result<u32> {
    Err(io::ErrorKind::Unsupported.into())
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn is_network(_number: u32) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::{is_network, is_network_filesystem};

    #[test]
    fn network_file_systems_are_recognised_by_number() {
        for number in [0x6969, 0xFF53_4D42, 0xFE53_4D42, 0x0102_1997, 0x6573_5546, 0x00C3_6400] {
            assert!(is_network(number), "{number:#x}");
        }
        for (name, number) in [("ext4", 0xEF53), ("xfs", 0x5846_5342), ("tmpfs", 0x0102_1994), ("overlay", 0x794C_7630)]
        {
            assert!(!is_network(number), "{name}");
        }
    }

    #[test]
    fn a_local_directory_and_a_missing_path_are_local() {
        let directory = tempfile::tempdir().unwrap();
        assert!(!is_network_filesystem(directory.path()).unwrap());
        assert!(!is_network_filesystem(directory.path().join("not/yet/there")).unwrap());
        std::os::unix::fs::symlink("loop", directory.path().join("loop")).unwrap();
        assert!(!is_network_filesystem(directory.path().join("loop/file")).unwrap());
        assert!(!is_network_filesystem("a-relative-path-that-is-not-there").unwrap());
    }
}
