//! An applied event.

use std::time::Duration;

use jiff::Timestamp;

use crate::digest::Digest;
use crate::error::Refusal;
use crate::limits::MAX_SCOPED_EVENT_BYTES;

/// Checks the length of an event id with its source.
pub(crate) fn check_event(event: Option<&str>) -> Result<(), Refusal> {
    let fits = event.is_none_or(|event| (1..=MAX_SCOPED_EVENT_BYTES).contains(&event.len()));
    if fits { Ok(()) } else { Err(Refusal::Event) }
}

/// The digest of an event id with its source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct EventKey(pub(crate) Digest);

impl EventKey {
    /// Returns the key of an event id.
    pub(crate) fn of(event: &str) -> Self {
        Self(Digest::of(&[event.as_bytes()]))
    }
}

/// The kind of command that an event contained.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    Post = 1,
    Removal = 2,
    Clear = 3,
    Configuration = 4,
    Label = 5,
    Restoration = 6,
    File = 7,
}

impl Kind {
    fn from_byte(byte: u8) -> Option<Self> {
        [Self::Post, Self::Removal, Self::Clear, Self::Configuration, Self::Label, Self::Restoration, Self::File]
            .into_iter()
            .find(|kind| *kind as u8 == byte)
    }
}

/// The effect of an event, in the form in which it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Applied {
    pub(crate) kind: Kind,
    /// The digest of the command. A retry has the same one.
    pub(crate) payload: Digest,
    /// The id of the message, the id of the new wall, the generation, or the number of restored messages.
    pub(crate) result: u128,
    pub(crate) received: Timestamp,
    pub(crate) at: Timestamp,
}

impl Applied {
    /// The length of a stored event, in bytes.
    pub(crate) const BYTES: usize = 64;

    /// Returns true if `other` is a retry of the command that had this effect.
    pub(crate) fn matches(&self, kind: Kind, payload: Digest) -> bool {
        self.kind == kind && self.payload == payload
    }

    /// Returns true if the event was applied within the last `window`.
    pub(crate) fn is_within(&self, window: Duration, now: Timestamp) -> bool {
        now.duration_since(self.at).as_secs() <= i64::try_from(window.as_secs()).unwrap_or(i64::MAX)
    }

    pub(super) fn to_bytes(self, key: EventKey) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        bytes[..16].copy_from_slice(&key.0.0);
        bytes[16..32].copy_from_slice(&self.payload.0);
        bytes[32..48].copy_from_slice(&self.result.to_be_bytes());
        // 56 bits of milliseconds are enough for two million years.
        bytes[48..55].copy_from_slice(&self.received.as_millisecond().to_be_bytes()[1..]);
        bytes[55..62].copy_from_slice(&self.at.as_millisecond().to_be_bytes()[1..]);
        bytes[62] = self.kind as u8;
        bytes
    }

    pub(super) fn from_bytes(bytes: &[u8; Self::BYTES]) -> Option<(EventKey, Self)> {
        let array = |from: usize| <[u8; 16]>::try_from(&bytes[from..from + 16]).ok();
        let millis = |from: usize| {
            let mut wide = [0; 8];
            wide[1..].copy_from_slice(&bytes[from..from + 7]);
            Timestamp::from_millisecond(i64::from_be_bytes(wide)).ok()
        };
        let applied = Self {
            kind: Kind::from_byte(bytes[62])?,
            payload: Digest(array(16)?),
            result: u128::from_be_bytes(array(32)?),
            received: millis(48)?,
            at: millis(55)?,
        };
        Some((EventKey(Digest(array(0)?)), applied))
    }
}
