//! The faults that keep a generation from being put in place.

use std::io;
use std::path::Path;

use rustix::io::Errno;

/// The longest reason that is kept, in bytes.
const MAX_REASON_BYTES: usize = 4096;

/// A fault with its stable name and the reason for people.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}")]
pub(crate) struct Fault {
    pub(crate) kind: Kind,
    pub(crate) reason: String,
}

/// The kinds of faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The source does not exist, is empty, or its volume is not mounted.
    SourceMissing,
    /// The source contains something that is not mirrored: a symbolic link, a FIFO, a device, a reserved name.
    SourceForeign,
    /// The source is larger than a bound.
    SourceTooLarge,
    /// The source changed each time that it was read.
    SourceChanging,
    /// The source cannot be read.
    SourceUnreadable,
    /// The mount does not answer.
    SourceSilent,
    /// The document is not what `--document` needs.
    DocumentInvalid,
    /// The target cannot be written.
    TargetUnusable,
    /// The target has no room.
    TargetFull,
    /// The command of `--check` refused the generation.
    CheckRefused,
    /// The command of `--check` did not start, or did not end within its time.
    CheckFailed,
}

impl Fault {
    pub(crate) fn new(kind: Kind, reason: impl Into<String>) -> Self {
        let mut reason: String = reason.into();
        if reason.len() > MAX_REASON_BYTES {
            reason.truncate(reason.floor_char_boundary(MAX_REASON_BYTES));
        }
        Self { kind, reason }
    }

    /// Returns the fault of a call on the source.
    pub(crate) fn source(path: &Path, error: &io::Error) -> Self {
        let kind = match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Kind::SourceMissing,
            _ if error.raw_os_error() == Some(Errno::LOOP.raw_os_error()) => Kind::SourceForeign,
            // The file was replaced on the server between two steps.
            io::ErrorKind::StaleNetworkFileHandle => Kind::SourceChanging,
            _ => Kind::SourceUnreadable,
        };
        match kind {
            Kind::SourceForeign => Self::new(kind, format!("{}: is a symbolic link", shown(path))),
            _ => Self::new(kind, format!("{}: {error}", shown(path))),
        }
    }

    /// Returns the fault of a call on the target. The errors of `fs_err` name the path.
    pub(crate) fn target(error: &io::Error) -> Self {
        let kind = match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Kind::TargetFull,
            _ => Kind::TargetUnusable,
        };
        Self::new(kind, error.to_string())
    }

    /// Returns true if the source itself is at fault, so that the fault stays until the source changes.
    pub(crate) fn is_refusal(&self) -> bool {
        matches!(self.kind, Kind::SourceForeign | Kind::SourceTooLarge | Kind::DocumentInvalid | Kind::CheckRefused)
    }

    /// Returns the exit code of `--once`, after `sysexits.h`.
    pub(crate) fn exit_code(&self) -> u8 {
        match self.kind {
            Kind::SourceForeign | Kind::SourceTooLarge | Kind::DocumentInvalid | Kind::CheckRefused => 65,
            Kind::SourceMissing | Kind::SourceSilent => 66,
            Kind::TargetUnusable | Kind::TargetFull => 73,
            Kind::SourceUnreadable => 74,
            Kind::SourceChanging | Kind::CheckFailed => 75,
        }
    }
}

impl Kind {
    /// Returns the stable name, for logs, metrics and `/status`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::SourceMissing => "source_missing",
            Self::SourceForeign => "source_foreign",
            Self::SourceTooLarge => "source_too_large",
            Self::SourceChanging => "source_changing",
            Self::SourceUnreadable => "source_unreadable",
            Self::SourceSilent => "source_silent",
            Self::DocumentInvalid => "document_invalid",
            Self::TargetUnusable => "target_unusable",
            Self::TargetFull => "target_full",
            Self::CheckRefused => "check_refused",
            Self::CheckFailed => "check_failed",
        }
    }
}

/// Returns a path without control characters, as it may stand in a log or an answer.
pub(crate) fn shown(path: &Path) -> String {
    let path = path.to_string_lossy();
    path.chars().flat_map(|char| char.escape_debug()).collect()
}

/// Returns text without control characters except newlines.
pub(crate) fn printable(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    text.trim().chars().map(|char| if char.is_control() && char != '\n' { ' ' } else { char }).collect()
}
