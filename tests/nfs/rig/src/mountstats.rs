//! The requests of a client to the server, as its kernel counts them in `/proc/self/mountstats`.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result};
use procfs::process::{MountStats, Process};

use crate::clients::Client;

/// Requests by kind and bytes, since the mount or, after [`Counts::since`], between two readings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) requests: BTreeMap<String, u64>,
    /// The bytes that READ requests returned.
    pub(crate) bytes_read: u64,
    /// The time from each request to its answer, queues of the client included, summed.
    waited: Duration,
}

impl Counts {
    pub(crate) fn read(client: Client) -> Result<Self> {
        Self::of(&Process::myself()?.mountstats()?, &client.mount())
    }

    fn of(mounts: &MountStats, path: &Path) -> Result<Self> {
        let mount = mounts.0.iter().find(|mount| mount.mount_point == path);
        let statistics = mount.and_then(|mount| mount.statistics.as_ref());
        let statistics = statistics.with_context(|| format!("no NFS mount on {}", path.display()))?;
        let operations = statistics.per_op_stats.iter().map(|(name, counts)| (name.clone(), counts.operations));
        let waited = statistics.per_op_stats.values().map(|counts| counts.cum_total_req_time).sum();
        Ok(Self { requests: operations.collect(), bytes_read: statistics.bytes.server_read, waited })
    }

    pub(crate) fn since(&self, before: &Self) -> Self {
        let added = |(name, count): (&String, &u64)| (name.clone(), count - before.requests.get(name).unwrap_or(&0));
        // SEQUENCE renews the lease from time to time, even on an idle client.
        let is_counted = |(name, count): &(String, u64)| *count > 0 && name != "SEQUENCE";
        Self {
            requests: self.requests.iter().map(added).filter(is_counted).collect(),
            bytes_read: self.bytes_read - before.bytes_read,
            waited: self.waited.saturating_sub(before.waited),
        }
    }

    /// Returns the mean time of a request, or `None` without requests.
    pub(crate) fn round_trip(&self) -> Option<Duration> {
        self.waited.checked_div(u32::try_from(self.total()).ok()?)
    }

    pub(crate) fn total(&self) -> u64 {
        self.requests.values().sum()
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use procfs::FromBufRead;
    use procfs::process::MountStats;

    use super::Counts;

    const TEXT: &str = "device proc mounted on /proc with fstype proc
device 10.0.3.1:/ mounted on /mnt/reader with fstype nfs4 statvers=1.1
\topts:\trw,vers=4.1
\tage:\t5
\tcaps:\tcaps=0xfffbc0bf,wtmult=512
\tsec:\tflavor=1,pseudoflavor=1
\tevents:\t1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27
\tbytes:\t11 12 13 14 15 16 17 18
\tRPC iostats version: 1.1  p/v: 100003/4 (nfs)
\txprt:\ttcp 0 0 2 0 11 99 99 0 99 0 2 9 9
\tper-op statistics
\t        NULL: 1 1 0 44 24 0 0 0 0
\t        OPEN: 7 7 0 1 1 3 10 14 0
\t    SEQUENCE: 9 9 0 1 1 0 0 0 0

device 10.0.4.1:/ mounted on /mnt/poll with fstype nfs4 statvers=1.1
\topts:\trw
\tage:\t5
\tcaps:\tcaps=0x0
\tsec:\tflavor=1
\tevents:\t1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27
\tbytes:\t1 2 3 4 5 6 7 8
\tper-op statistics
\t        OPEN: 99 7 0 1 1 0 0 0 0

";

    #[test]
    fn requests_and_bytes_of_one_mount_are_counted() {
        let mounts = MountStats::from_buf_read(TEXT.as_bytes()).unwrap();
        let counts = Counts::of(&mounts, Path::new("/mnt/reader")).unwrap();
        assert_eq!((counts.requests["OPEN"], counts.bytes_read), (7, 15));
        let difference = counts.since(&Counts::default());
        assert_eq!(difference.total(), 8, "the renewal of the lease is not counted");
        assert_eq!(difference.round_trip().map(|mean| mean.as_micros()), Some(14_000 / 8));
        assert!(Counts::of(&mounts, Path::new("/mnt/other")).is_err());
    }
}
