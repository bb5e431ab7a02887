//! Puts a copy in place: checks it, exchanges it for the old one, and tells the program.

use std::ffi::OsString;
use std::path::Path;

use super::retry::Retry;
use super::wanted::{Wanted, order};
use crate::board::{Board, now_ms};
use crate::command::CommandError;
use crate::digest::Digest;
use crate::fault::{Fault, Kind, shown};
use crate::settings::Mirror;
use crate::source::{self, Copied, Order};
use crate::target::{Change, Target};
use crate::tell::Telling;

/// The part of a mirror that changes the target.
#[derive(Debug)]
pub(super) struct Placing {
    pub(super) telling: Telling,
    /// The generation that the check refused, which is not checked again.
    refused: Option<(Digest, Fault)>,
    /// The last change, for the ways to tell that need it.
    change: Change,
    /// The target had no generation when this process started, and the application may not run yet.
    is_first: bool,
    pub(super) retry: Retry,
}

impl Placing {
    pub(super) fn new(telling: Telling) -> Self {
        Self { telling, refused: None, change: Change::default(), is_first: false, retry: Retry::default() }
    }

    /// Takes over a target. An application that this process starts later begins with the generation in place.
    pub(super) fn take_over(&mut self, target: &mut Target, board: &Board) {
        self.is_first = target.in_place().is_none();
        if !self.is_first && (self.telling.starts_application || !self.tells()) {
            target.told();
        }
        if let Some(in_place) = target.in_place() {
            board.show(in_place);
        }
    }

    /// Checks a copy and puts it in place. Does nothing if the same is in place.
    pub(super) fn place(
        &mut self,
        mirror: &Mirror,
        target: &mut Target,
        board: &Board,
        copied: &Copied,
        is_default: bool,
    ) -> Result<(), Fault> {
        if target.in_place().is_some_and(|in_place| in_place.digest == copied.digest) {
            target.discard(&copied.staged);
            self.refused = None;
            target.published_as(copied.source_generation);
        } else {
            self.check(mirror, target, copied).inspect_err(|_| target.discard(&copied.staged))?;
            let put = target.put(&copied.staged, copied.digest, copied.source_generation);
            self.change = put.inspect_err(|_| target.discard(&copied.staged))?;
            self.retry.succeeded();
            self.log(mirror, target, copied, is_default);
            board.update(|state| {
                state.put_in_place += 1;
                state.put_in_place_at_ms = Some(now_ms());
                state.told_fault = None;
            });
        }
        board.update(|state| (state.files, state.bytes, state.is_default) = (copied.files, copied.bytes, is_default));
        if let Some(in_place) = target.in_place() {
            board.show(in_place);
        }
        Ok(())
    }

    /// Puts the default at `path` in place, which is part of the image.
    pub(super) fn place_default(
        &mut self,
        mirror: &Mirror,
        target: &mut Target,
        board: &Board,
        path: &Path,
    ) -> Result<(), Fault> {
        let ordered = order(mirror, target.staging()?, None, Wanted::Announced);
        let copied = source::copy(&Order { from: path.to_owned(), mount: None, document: false, ..ordered })?;
        if let Some(fault) = target.kind_fault(mirror, copied.is_file) {
            return Err(fault);
        }
        self.place(mirror, target, board, &copied, true)?;
        self.tell(mirror, target, board);
        Ok(())
    }

    fn check(&mut self, mirror: &Mirror, target: &Target, copied: &Copied) -> Result<(), Fault> {
        let Some(check) = &mirror.check else { return Ok(()) };
        if let Some((digest, fault)) = &self.refused
            && *digest == copied.digest
        {
            return Err(fault.clone());
        }
        let next = target.in_place().map_or(0, |in_place| in_place.number) + 1;
        let variables = [
            ("FOLLOW_STAGED", copied.staged.clone().into_os_string()),
            ("FOLLOW_TARGET", mirror.to.clone().into_os_string()),
            ("FOLLOW_GENERATION", OsString::from(next.to_string())),
        ];
        let checked = self.telling.commands.run(&check.words(&copied.staged), &variables, mirror.check_timeout);
        self.refused = None;
        match checked {
            Ok(()) => Ok(()),
            Err(error @ CommandError::Failed { .. }) => {
                let fault = Fault::new(Kind::CheckRefused, named(&error.to_string(), copied, mirror));
                self.refused = Some((copied.digest, fault.clone()));
                Err(fault)
            }
            Err(error) => Err(Fault::new(Kind::CheckFailed, error.to_string())),
        }
    }

    fn log(&self, mirror: &Mirror, target: &Target, copied: &Copied, is_default: bool) {
        let Some(in_place) = target.in_place() else { return };
        tracing::info!(
            from = %shown(&mirror.from),
            to = %shown(&mirror.to),
            generation = in_place.number,
            digest = in_place.digest.short(),
            source_generation = in_place.source_generation,
            files = copied.files,
            bytes = copied.bytes,
            is_default,
            "put_in_place"
        );
    }

    /// Tells the program of the generation in place, unless it was told.
    pub(super) fn tell(&mut self, mirror: &Mirror, target: &mut Target, board: &Board) {
        let Some(generation) = target.in_place().filter(|in_place| !in_place.is_told).map(|in_place| in_place.number)
        else {
            return;
        };
        if self.retry.at().is_some() {
            // The next try is planned. Each look at the source would put it off, for longer every time.
            return;
        }
        let is_first = std::mem::take(&mut self.is_first);
        let starts_with_it = is_first && self.telling.starts_application;
        let told = if starts_with_it { Ok(()) } else { self.telling.tell(&mirror.to, generation, &self.change) };
        match told {
            Ok(()) => {
                self.retry.succeeded();
                if self.tells() && !starts_with_it {
                    tracing::info!(to = %shown(&mirror.to), generation, "told");
                }
            }
            // Who starts later reads what is in place.
            Err(reason) if is_first => {
                tracing::info!(to = %shown(&mirror.to), generation, reason, "nobody_to_tell_yet");
            }
            Err(reason) => return self.tell_again(mirror, board, generation, reason),
        }
        target.told();
        board.update(|state| (state.is_told, state.told_fault) = (true, None));
    }

    fn tell_again(&mut self, mirror: &Mirror, board: &Board, generation: u64, reason: String) {
        self.retry.again();
        tracing::warn!(to = %shown(&mirror.to), generation, reason, "not_told");
        board.update(|state| {
            state.tell_failures += 1;
            state.told_fault = Some(reason);
        });
    }

    fn tells(&self) -> bool {
        !self.telling.ways.is_empty() || self.telling.application.is_some()
    }
}

/// Returns a message of a checker with the path that a person knows in place of that of the staged copy.
fn named(message: &str, copied: &Copied, mirror: &Mirror) -> String {
    let staged = copied.staged.to_string_lossy().into_owned();
    let from: &Path = &mirror.from;
    message.replace(&staged, &from.to_string_lossy())
}
