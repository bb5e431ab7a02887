//! Why the thread should wake up, and what it then looks at.

/// Something that happened outside the thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hint {
    /// Anything may have changed on the volume, or somebody began to care.
    Look,
    /// This may have changed, and nothing else was seen to.
    Changed(Part),
    /// The directory that was watched may be another one now.
    WatchLost,
    /// The reader shuts down.
    Stop,
}

/// A part of the wall that has a file of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// `config.json`
    Configuration,
    /// `content`
    Messages,
}

/// What one look takes in. Each file is a few round trips on a network mount, so what did not change is left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Scope {
    /// The directory itself, whether it is watched, and every part.
    pub(super) everything: bool,
    configuration: bool,
    messages: bool,
}

impl Scope {
    pub(super) const NOTHING: Self = Self { everything: false, configuration: false, messages: false };
    pub(super) const EVERYTHING: Self = Self { everything: true, ..Self::NOTHING };

    pub(super) fn add(&mut self, part: Part) {
        match part {
            Part::Configuration => self.configuration = true,
            Part::Messages => self.messages = true,
        }
    }

    pub(super) fn has(self, part: Part) -> bool {
        let alone = match part {
            Part::Configuration => self.configuration,
            Part::Messages => self.messages,
        };
        self.everything || alone
    }
}
