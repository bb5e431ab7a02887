//! Commands and their retries.

use serde_json::json;
use shared_volume::ChangeError;
use shared_volume::config::{Cause, Change, Outcome, PublishError, Request};
use shared_volume::message::{Draft, Refusal};
use shared_volume::time;
use shared_volume::wall::RestoreError;

use crate::action::How;
use crate::model::{Answer, Command, Event, Fate, marks};
use crate::world::{World, soon};

/// An answer with its `repeated` flag. `None` if the event was used before for something else.
type Answered = Option<(Answer, bool)>;

impl World {
    pub(crate) fn post(&mut self, writer: usize, count: usize, keyed: bool) -> Result<(), String> {
        let posts: Vec<_> = (0..count).map(|_| (self.model.message(Fate::Due), self.event(keyed))).collect();
        let drafts: Vec<Draft> = posts.iter().map(|((_, text), event)| draft(text, event.as_deref())).collect();
        let batch = self.writers[writer].append(&drafts, soon()).map_err(|error| error.to_string())?;
        if let Some(error) = batch.compaction_failed {
            return Err(format!("the log could not be kept short: {error}"));
        }
        for (((mark, text), event), answer) in posts.into_iter().zip(batch.answers) {
            let appended = answer.map_err(|refusal| refusal.to_string())?;
            if appended.repeated {
                return Err("something new is taken for a retry".to_owned());
            }
            self.remember(event, Command::Post { mark, text }, Answer::Posted(appended.message));
        }
        self.model.turn(Fate::Late, Fate::Due);
        Ok(())
    }

    pub(crate) fn remove(&mut self, writer: usize, pick: usize, keyed: bool) -> Result<(), String> {
        let Some((id, _)) = pick.checked_rem(self.model.shown.len()).map(|at| self.model.shown[at].clone()) else {
            return Ok(());
        };
        let (event, command) = (self.event(keyed), Command::Remove { id });
        match self.send(writer, &command, event.as_deref()) {
            Err(error) => Err(error),
            Ok(Some((answer, false))) => {
                self.remember(event, command, answer);
                Ok(())
            }
            Ok(other) => Err(format!("{other:?} is not the answer to something new")),
        }
    }

    pub(crate) fn clear(&mut self, writer: usize, keyed: bool) -> Result<(), String> {
        let event = self.event(keyed);
        match self.send(writer, &Command::Clear, event.as_deref())? {
            Some((answer, false)) => self.remember(event, Command::Clear, answer),
            other => return Err(format!("{other:?} is not the answer to something new")),
        }
        Ok(())
    }

    pub(crate) fn configure(&mut self, writer: usize, keep: usize, keyed: bool, late: bool) -> Result<(), String> {
        let event = self.event(keyed);
        let patch = json!({ "keep_messages": keep, "title": format!("{keep} {}", self.model.generation) });
        let expected = Some(self.model.generation + u64::from(late));
        let command = Command::Publish { patch, expected };
        match self.send(writer, &command, event.as_deref()) {
            Err(error) if late && error.starts_with("expected_generation") => Ok(()),
            Ok(Some((answer, false))) if !late => {
                self.remember(event, command, answer);
                Ok(())
            }
            other => Err(format!("{other:?} is not the answer to a change that is late: {late}")),
        }
    }

    /// Sends the command of an earlier event again, or another command with its event id.
    pub(crate) fn retry(&mut self, writer: usize, pick: usize, how: How) -> Result<(), String> {
        let Some(at) = pick.checked_rem(self.model.events.len()) else { return Ok(()) };
        let Some((name, event)) = self.model.events.iter().nth(at) else { return Ok(()) };
        let (name, event) = (name.clone(), event.clone());
        let command = match (how, &event.command) {
            (How::Same, command) => command.clone(),
            (How::OtherKind, _) if !event.sure => return Ok(()),
            (How::OtherKind, Command::Post { .. }) => Command::Clear,
            (How::OtherPayload, Command::Post { .. }) | (How::OtherKind, _) => {
                let (mark, text) = self.model.message(Fate::Gone);
                Command::Post { mark, text }
            }
            (How::OtherPayload, _) => Command::Publish { patch: json!({ "accent": "#123456" }), expected: None },
        };
        let answered = match self.send(writer, &command, Some(&name)) {
            // The first attempt had no effect, and the command has become invalid since.
            Err(error) if !event.sure && (error.contains("no message") || error.starts_with("expected_gen")) => {
                return Ok(());
            }
            answered => answered?,
        };
        let is_right = match (&answered, how) {
            _ if !event.sure => true,
            (Some((answer, true)), How::Same) => Some(answer) == event.answer.as_ref(),
            (answered, How::OtherPayload | How::OtherKind) => answered.is_none(),
            _ => false,
        };
        if !is_right {
            return Err(format!("{answered:?} answers {how:?} of {event:?}"));
        }
        if let Some((answer, repeated)) = answered {
            if let (Command::Post { mark, .. }, true) = (&command, repeated)
                && self.model.fate(mark) == Fate::Maybe
            {
                self.model.set(mark, Fate::Due);
            }
            self.model.events.insert(name, Event { command, answer: Some(answer), sure: true });
        }
        Ok(())
    }

    /// Sends a command and records its effect in the model.
    fn send(&mut self, writer: usize, command: &Command, event: Option<&str>) -> Result<Answered, String> {
        let refused = |error: ChangeError| match error {
            ChangeError::Refused(Refusal::EventReused { .. }) => Ok(None),
            error => Err(error.to_string()),
        };
        let trashed = self.trashed();
        let writer = &mut self.writers[writer];
        let answered = match command {
            Command::Post { text, .. } => {
                let mut batch = writer.append(&[draft(text, event)], soon()).map_err(|error| error.to_string())?;
                match batch.answers.remove(0) {
                    Ok(appended) => Some((Answer::Posted(appended.message), appended.repeated)),
                    Err(Refusal::EventReused { .. }) => None,
                    Err(refusal) => return Err(refusal.to_string()),
                }
            }
            Command::Remove { id } => match writer.remove(id, None, event, soon()) {
                Ok(removed) => Some((Answer::Removed, removed.repeated)),
                Err(error) => refused(error)?,
            },
            Command::Clear => match writer.clear(event, soon()) {
                Ok(cleared) => Some((Answer::Cleared(cleared.wall), cleared.repeated)),
                Err(error) => refused(error)?,
            },
            Command::Publish { patch, expected } => {
                let cause = Cause { event: event.map(str::to_owned), ..Cause::default() };
                let change = Change::Patch(patch.clone());
                match writer.publish(Request { change, expected_generation: *expected, cause }, soon()) {
                    Ok(Outcome::Published(published)) => Some((Answer::Published(published.generation), false)),
                    Ok(Outcome::Repeated(published)) => Some((Answer::Published(published.generation), true)),
                    Err(PublishError::Refused(Refusal::EventReused { .. })) => None,
                    Ok(unexpected @ Outcome::Unchanged(..)) => return Err(format!("{unexpected:?}")),
                    Err(error) => return Err(error.to_string()),
                }
            }
        };
        if let Some((answer, false)) = &answered {
            self.applied(command, answer, trashed)?;
        }
        Ok(answered)
    }

    fn trashed(&self) -> usize {
        fs_err::read_dir(self.wall.trash()).map_or(0, Iterator::count)
    }

    fn applied(&mut self, command: &Command, answer: &Answer, trashed: usize) -> Result<(), String> {
        match command {
            Command::Post { mark, .. } => self.model.set(mark, Fate::Due),
            Command::Remove { id } => {
                let removed = self.model.shown.iter().position(|line| line.0 == *id);
                let removed = removed.map(|at| self.model.shown.remove(at));
                removed.iter().flat_map(|(_, text)| marks(text)).for_each(|mark| self.model.set(&mark, Fate::Gone));
            }
            Command::Clear => {
                self.model.forget_shown(Fate::Retired);
                self.rewritten += 1;
                // The log was moved before it was cleared, and the lines that were carried over are cleared too.
                if self.trashed() > trashed + 1 {
                    self.model.turn(Fate::Late, Fate::Perhaps);
                }
            }
            Command::Publish { patch, .. } => {
                let Answer::Published(generation) = *answer else { return Err("no generation".to_owned()) };
                if generation <= self.model.generation {
                    return Err(format!("generation {generation} follows {}", self.model.generation));
                }
                self.model.generation = generation;
                self.model.keep = patch["keep_messages"].as_u64().map_or(self.model.keep, |keep| keep as usize);
                self.model.title = patch["title"].as_str().map_or(self.model.title.clone(), str::to_owned);
                return Ok(());
            }
        }
        self.model.turn(Fate::Late, Fate::Due);
        Ok(())
    }

    pub(crate) fn restore(&mut self, writer: usize, pick: usize) -> Result<(), String> {
        if std::env::var_os("MODEL_RESTORE").is_none() {
            return Ok(());
        }
        let trash = self.writers[writer].trash().map_err(|error| error.to_string())?;
        let Some(at) = pick.checked_rem(trash.len()) else { return Ok(()) };
        let before = self.model.shown.clone();
        let restored = match self.writers[writer].restore(trash[at].file, soon()) {
            Ok(restored) => restored,
            Err(RestoreError::TooMany { .. }) => return Ok(()),
            Err(error) => return Err(error.to_string()),
        };
        self.model.turn(Fate::Late, Fate::Due);
        if restored.messages == 0 {
            return Ok(());
        }
        self.rewritten += 1;
        let fresh = self.fresh();
        if restored.total != fresh.len() {
            return Err(format!("{restored:?}, and {fresh:?} are shown"));
        }
        let at = fresh.iter().position(|line| before.first().is_some_and(|before| before.1 == line.1));
        let at = at.unwrap_or(if before.is_empty() { fresh.len() } else { 0 });
        for mark in fresh[..at].iter().flat_map(|(_, text)| marks(text)) {
            match self.model.fate(&mark) {
                Fate::Retired => self.model.set(&mark, Fate::Shown),
                Fate::Due | Fate::Maybe | Fate::Perhaps | Fate::Unfinished => {}
                fate => return Err(format!("{mark} came back and was {fate:?}: {fresh:?}, before {before:?}")),
            }
        }
        for (before, now) in before.iter().zip(&fresh[at..]) {
            if before.1 != now.1 {
                return Err(format!("what was there is not there as before: {fresh:?}, before {before:?}"));
            }
        }
        if fresh.len() - at < before.len() {
            return Err(format!("what was there is gone: {fresh:?}, before {before:?}"));
        }
        self.model.shown = fresh[..at + before.len()].to_vec();
        Ok(())
    }

    pub(crate) fn event(&mut self, keyed: bool) -> Option<String> {
        keyed.then(|| self.model.mark('e', Fate::Gone)).map(|mark| format!("test:{mark}"))
    }

    fn remember(&mut self, event: Option<String>, command: Command, answer: Answer) {
        let answered = |event| (event, Event { command, answer: Some(answer), sure: true });
        self.model.events.extend(event.map(answered));
    }
}

pub(crate) fn draft(text: &str, event: Option<&str>) -> Draft {
    Draft { author: None, text: text.to_owned(), picture: None, event: event.map(str::to_owned), received: time::now() }
}
