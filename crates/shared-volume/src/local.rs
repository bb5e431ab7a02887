//! Tells the file systems of this host from those that other hosts may write to.

use std::fs::File;

/// The `f_type` values of file systems that only this host writes to, from `linux/magic.h` and the sources of ZFS: ext2 to
/// ext4, XFS, Btrfs, tmpfs, overlayfs, F2FS and ZFS.
const LOCAL: [u64; 7] = [0xEF53, 0x5846_5342, 0x9123_683E, 0x0102_1994, 0x794C_7630, 0xF2F5_2010, 0x2FC1_2FC1];

/// Returns true if only this host writes to the file system of `file`. An unknown file system counts as one of the network.
pub(crate) fn is_local(file: &File) -> bool {
    // The type of `f_type` depends on the processor. The numbers have 32 bits.
    rustix::fs::fstatfs(file).is_ok_and(|file_system| LOCAL.contains(&(file_system.f_type as u64 & 0xFFFF_FFFF)))
}

#[cfg(test)]
mod tests {
    use super::is_local;

    #[test]
    fn a_file_of_the_kernel_is_on_no_known_file_system() {
        assert!(!is_local(&fs_err::File::open("/proc/self/stat").unwrap().into_parts().0));
    }
}
