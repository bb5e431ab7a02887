//! The file that a change publishes, as others see it.

use anyhow::{Context, Result, ensure};
use shared_volume::WallDir;
use shared_volume::files::{self, Content, FileDir, FileGeneration, FileState};
use tests::FILE;

/// The file of a wall, as a program reads it, and its history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FileSeen {
    current: Option<String>,
    fault: Option<String>,
    /// Generation and content.
    history: Vec<(u64, String)>,
}

impl FileSeen {
    pub(crate) fn read(dir: &WallDir) -> Result<Self> {
        let dir = FileDir::new(dir, &FILE.parse()?);
        let bytes = |content: &Content| String::from_utf8_lossy(content.bytes()).into_owned();
        let generation = |found: FileGeneration| {
            let published = files::generation(&dir, found.generation)?.context("it was listed")?;
            Ok((published.generation, bytes(&published.content)))
        };
        Ok(Self {
            current: fs_err::read_to_string(dir.current()).ok(),
            fault: FileState::read(&dir)?.fault().map(|fault| fault.to_string()),
            history: files::history(&dir, 100)?.into_iter().map(generation).collect::<Result<_>>()?,
        })
    }

    /// Returns an error unless programs read the old file or the new one. The history may have the new one already.
    pub(crate) fn is_either(&self, old: &Self, new: &Self) -> Result<()> {
        let is = |state: &Self| self.current == state.current;
        ensure!(is(old) || is(new), "{self:?}\n is neither {old:?}\n nor {new:?}");
        let has = |state: &Self| self.history == state.history;
        ensure!(has(old) || has(new), "{self:?}\n has neither the history of {old:?}\n nor of {new:?}");
        let is_ahead = has(new) && !is(new);
        ensure!(self.fault.is_some() == is_ahead, "{self:?}: its fault is not that it is not complete");
        Ok(())
    }

    /// Returns true if the history has this content, and programs read the newest one.
    pub(crate) fn has(&self, content: &str) -> bool {
        self.is_whole() && self.history.iter().any(|(_, found)| found == content)
    }

    /// Returns true if programs read the newest content of the history.
    pub(crate) fn is_whole(&self) -> bool {
        self.fault.is_none() && self.current.as_ref() == self.history.first().map(|(_, content)| content)
    }
}
