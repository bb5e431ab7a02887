//! What a client has asked the server for, counted by its kernel in `/proc/self/mountstats`.

use std::collections::BTreeMap;

use anyhow::{Context, Result};

use crate::clients::Client;

/// Requests by kind and bytes, since the mount or, after [`Counts::since`], between two readings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) requests: BTreeMap<String, u64>,
    /// Bytes that READ requests brought from the server.
    pub(crate) bytes_read: u64,
}

impl Counts {
    pub(crate) fn read(client: Client) -> Result<Self> {
        Self::parse(&fs_err::read_to_string("/proc/self/mountstats")?, &client.mount().to_string_lossy())
    }

    fn parse(text: &str, mount: &str) -> Result<Self> {
        let header = format!(" mounted on {mount} with ");
        let block =
            text.split("device ").find(|block| block.contains(&header)).with_context(|| format!("no mount {mount}"))?;
        let mut counts = Self::default();
        let mut is_operation = false;
        for line in block.lines().map(str::trim) {
            let Some((name, values)) = line.split_once(':') else {
                is_operation |= line == "per-op statistics";
                continue;
            };
            let value = |index| values.split_whitespace().nth(index).and_then(|value| value.parse().ok()).unwrap_or(0);
            if is_operation {
                counts.requests.insert(name.to_owned(), value(0));
            } else if name == "bytes" {
                // normalread, normalwrite, directread, directwrite, serverread, ...
                counts.bytes_read = value(4);
            }
        }
        Ok(counts)
    }

    pub(crate) fn since(&self, before: &Self) -> Self {
        let asked = |(name, count): (&String, &u64)| (name.clone(), count - before.requests.get(name).unwrap_or(&0));
        Self {
            // SEQUENCE renews the lease now and then, whatever the client does.
            requests: self
                .requests
                .iter()
                .map(asked)
                .filter(|(name, count)| *count > 0 && name != "SEQUENCE")
                .collect(),
            bytes_read: self.bytes_read - before.bytes_read,
        }
    }

    pub(crate) fn total(&self) -> u64 {
        self.requests.values().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::Counts;

    const TEXT: &str = "device proc mounted on /proc with fstype proc
device 10.0.3.1:/ mounted on /mnt/reader with fstype nfs4 statvers=1.1
\tage:\t5
\tbytes:\t11 12 13 14 15 16 17 18
\tper-op statistics
\t        NULL: 1 1 0 44 24 0 0 0 0
\t        OPEN: 7 7 0 1 1 0 0 0 0
\t    SEQUENCE: 9 9 0 1 1 0 0 0 0
device 10.0.4.1:/ mounted on /mnt/poll with fstype nfs4 statvers=1.1
\tper-op statistics
\t        OPEN: 99 7 0 1 1 0 0 0 0
";

    #[test]
    fn requests_and_bytes_of_one_mount_are_counted() {
        let counts = Counts::parse(TEXT, "/mnt/reader").unwrap();
        assert_eq!((counts.requests["OPEN"], counts.bytes_read), (7, 15));
        let difference = counts.since(&Counts::default());
        assert_eq!(difference.total(), 8, "the lease's renewal is not counted");
        assert!(Counts::parse(TEXT, "/mnt/other").is_err());
    }
}
