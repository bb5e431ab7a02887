//! Hints: the reasons to scan the volume.

/// An event outside the thread that makes it scan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hint {
    /// Scan everything: anything may have changed, or a stream was opened.
    Scan,
    /// Scan everything: a writer says that it has written, or a request wants to be sure.
    Look,
    /// Scan one part: it may have changed, and nothing else did.
    Changed(Part),
    /// Read the history: a request asked for it.
    History,
    /// Measure the volume: a request asked for facts about it.
    Facts,
    /// The watched directory may have been replaced.
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

/// The parts that a scan reads. Each file costs a few round trips on a network mount, so unchanged ones are skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Scope {
    /// Every part, the directory itself, and the watcher.
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
