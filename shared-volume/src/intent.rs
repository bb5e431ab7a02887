//! What the holder of the writers' lock is about to do, told in the lock's own file.
//!
//! A client that is cut off from the server loses its lock when its lease ends, and its process may be killed; but its
//! kernel keeps what was to be written, and writes it when the server is reached again: over what others have written
//! there meanwhile. No lock prevents that. So whoever takes the lock sees here whether what was begun has come to pass;
//! if not, it may still come, and the log is moved to a new file, where it can do no harm.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;

use serde::{Deserialize, Serialize};

/// An intent as it stands in the lock's file has always this length, so that a new one replaces the old one whole, by one
/// write.
pub(crate) const BYTES: usize = 192;

/// What is about to happen to the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Intent {
    /// Nothing is under way.
    Nothing,
    /// These bytes are appended to the file with this inode.
    Append {
        /// Which file.
        inode: u64,
        /// Where the first of them goes.
        from: u64,
        /// How many.
        bytes: u64,
        /// What they are.
        hash: u64,
    },
    /// The file is replaced by another.
    Replace,
}

impl Intent {
    /// The intent to append `bytes` at `from`.
    pub(crate) fn append(inode: u64, from: u64, bytes: &[u8]) -> Self {
        Self::Append { inode, from, bytes: bytes.len() as u64, hash: hash(bytes) }
    }

    /// Reads what stands in the lock's file; of a new one, that nothing is under way. What nobody understands is taken for
    /// something that may still come to pass.
    pub(crate) fn parse(text: &[u8]) -> Self {
        if text.trim_ascii().is_empty() {
            return Self::Nothing;
        }
        serde_json::from_slice(text).unwrap_or(Self::Replace)
    }

    /// As it stands in the lock's file: JSON, filled up with spaces, and a newline.
    pub(crate) fn to_bytes(self) -> io::Result<Vec<u8>> {
        let mut text = serde_json::to_vec(&self)?;
        text.resize(BYTES - 1, b' ');
        text.push(b'\n');
        Ok(text)
    }

    /// Whether nothing of it is still to come to the log, which has this inode and length. `read` answers so many bytes of
    /// it from a place.
    pub(crate) fn has_come_to_pass(
        self,
        (log_inode, length): (u64, u64),
        read: impl FnOnce(u64, u64) -> io::Result<Vec<u8>>,
    ) -> io::Result<bool> {
        match self {
            Self::Nothing => Ok(true),
            // What goes to another file than the log is now does no harm.
            Self::Append { inode, .. } if inode != log_inode => Ok(true),
            Self::Append { from, bytes, .. } if from.saturating_add(bytes) > length => Ok(false),
            Self::Append { from, bytes, hash: expected, .. } => Ok(hash(&read(from, bytes)?) == expected),
            Self::Replace => Ok(false),
        }
    }
}

fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::{BYTES, Intent};

    #[test]
    fn the_longest_intent_fits() {
        let longest = Intent::Append { inode: u64::MAX, from: u64::MAX, bytes: u64::MAX, hash: u64::MAX };
        for intent in [longest, Intent::Nothing, Intent::Replace] {
            let bytes = intent.to_bytes().unwrap();
            assert_eq!(bytes.len(), BYTES);
            assert_eq!(Intent::parse(&bytes), intent);
        }
        assert_eq!(Intent::parse(b""), Intent::Nothing);
        assert_eq!(Intent::parse(b"something else"), Intent::Replace);
    }

    #[test]
    fn an_append_has_come_to_pass_where_its_bytes_stand() {
        let intent = Intent::append(7, 4, b"line\n");
        let has = |inode: u64, log: &[u8]| {
            let read = |from: u64, bytes: u64| Ok(log[from as usize..(from + bytes) as usize].to_vec());
            intent.has_come_to_pass((inode, log.len() as u64), read).unwrap()
        };
        assert!(has(7, b"old\nline\nnew\n"));
        assert!(has(8, b""), "it went to another file");
        assert!(!has(7, b"old\n"));
        assert!(!has(7, b"old\nother\n"));
    }
}
