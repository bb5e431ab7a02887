//! Problems of the volume, for which a retry may help.

/// A problem of the volume. Each has a stable name, an HTTP status and an outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VolumeProblem {
    /// Other writers held the lock until the deadline.
    Busy,
    /// The mount is read-only.
    ReadOnly,
    /// The program may not use a file.
    Forbidden,
    /// The volume is not mounted.
    Missing,
    /// A path names a file of another type, such as a FIFO in place of the log.
    Foreign,
    /// The volume is full.
    Full,
    /// The file was deleted on the server while it was open.
    Stale,
    /// The volume does not answer.
    Silent,
    /// Any other error of the volume.
    Error,
}

/// The outcome of a command that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing was written, and the same command will fail again.
    Refused,
    /// Nothing was written, and the same command may succeed later.
    Retry,
    /// The command may have had its effect. Sending it again without its event id may double the effect.
    Unknown,
}

impl VolumeProblem {
    /// All problems.
    pub const ALL: [Self; 9] = [
        Self::Busy,
        Self::ReadOnly,
        Self::Forbidden,
        Self::Missing,
        Self::Foreign,
        Self::Full,
        Self::Stale,
        Self::Silent,
        Self::Error,
    ];

    /// Returns the problem with this stable name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|problem| problem.name() == name)
    }

    /// Returns the stable name, such as `volume_full`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Busy => "wall_busy",
            Self::ReadOnly => "volume_read_only",
            Self::Forbidden => "volume_forbidden",
            Self::Missing => "volume_missing",
            Self::Foreign => "volume_foreign",
            Self::Full => "volume_full",
            Self::Stale => "volume_stale",
            Self::Silent => "volume_silent",
            Self::Error => "volume_error",
        }
    }

    /// Returns the HTTP status: 507 for a full volume, 503 otherwise.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::Full => 507,
            _ => 503,
        }
    }

    /// Returns the outcome of a command that changes the wall.
    #[must_use]
    pub const fn outcome(self) -> Outcome {
        match self {
            Self::Busy | Self::ReadOnly | Self::Forbidden | Self::Missing | Self::Foreign => Outcome::Retry,
            // A full volume needs a person, so a client is not asked to retry.
            Self::Full => Outcome::Refused,
            Self::Stale | Self::Silent | Self::Error => Outcome::Unknown,
        }
    }
}
