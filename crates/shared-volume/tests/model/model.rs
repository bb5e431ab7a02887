//! The expected contents of the wall. Every message and every line of another program carries a mark of its own, such as `<m17>`; the
//! model knows what has become of each.

use std::collections::{BTreeMap, HashMap, HashSet};

use shared_volume::message::Message;

/// The expected visibility of a mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Must be shown now.
    Due,
    /// Stands in a replaced log: must be shown after the next append.
    Late,
    /// The line is not finished: it may be shown, and must be at the end.
    Unfinished,
    /// Is being posted by a writer that is about to die.
    Posting,
    /// Nobody was told that it is there: it may be shown, once.
    Maybe,
    Shown,
    /// Taken away by clearing or by keeping the log short: only restoring brings it back.
    Retired,
    /// A line of another program of which nobody can tell: it was written behind half a record, or too late.
    Perhaps,
    /// Must never be shown (again).
    Gone,
}

/// A line on the wall: its id and what it says.
pub(crate) type Line = (String, String);

/// An event, as it was answered.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub(crate) command: Command,
    pub(crate) answer: Option<Answer>,
    /// Otherwise nobody was told that it was applied, or another program has tampered with the log since.
    pub(crate) sure: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Command {
    Post { mark: String, text: String },
    Remove { id: String },
    Clear,
    Publish { patch: serde_json::Value, expected: Option<u64> },
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Answer {
    Posted(Message),
    Removed,
    Cleared(ulid::Ulid),
    Published(u64),
}

#[derive(Debug)]
pub(crate) struct Model {
    pub(crate) shown: Vec<Line>,
    pub(crate) fates: HashMap<String, Fate>,
    pub(crate) events: BTreeMap<String, Event>,
    pub(crate) keep: usize,
    pub(crate) title: String,
    pub(crate) generation: u64,
    /// Marks of which a dying writer has left half a line, to which another program may append.
    pub(crate) torn: HashSet<String>,
    /// The texts of our messages.
    texts: HashMap<String, String>,
    marks: usize,
}

impl Model {
    pub(crate) fn new() -> Self {
        Self {
            shown: Vec::new(),
            fates: HashMap::new(),
            events: BTreeMap::new(),
            keep: 1000,
            title: "MessageWall".to_owned(),
            generation: 0,
            torn: HashSet::new(),
            texts: HashMap::new(),
            marks: 0,
        }
    }

    /// A new mark.
    pub(crate) fn mark(&mut self, kind: char, fate: Fate) -> String {
        self.marks += 1;
        let mark = format!("<{kind}{:05}>", self.marks);
        self.fates.insert(mark.clone(), fate);
        mark
    }

    /// A new message, as text.
    pub(crate) fn message(&mut self, fate: Fate) -> (String, String) {
        let mark = self.mark('m', fate);
        let text = format!("Hello {mark} {}", "wörld ".repeat(self.marks % 7));
        self.texts.insert(mark.clone(), text.clone());
        (mark, text)
    }

    /// A new mark in the place of `old`, of the same length.
    pub(crate) fn mark_instead(&mut self, old: &str) -> String {
        let fate = if self.fate(old) == Fate::Shown { Fate::Due } else { Fate::Perhaps };
        let new = self.mark(old[1..].chars().next().unwrap_or('x'), fate);
        if let Some(text) = self.texts.get(old).map(|text| text.replace(old, &new)) {
            self.texts.insert(new.clone(), text);
        }
        self.set(old, Fate::Gone);
        new
    }

    pub(crate) fn fate(&self, mark: &str) -> Fate {
        self.fates.get(mark).copied().unwrap_or(Fate::Gone)
    }

    pub(crate) fn set(&mut self, mark: &str, fate: Fate) {
        self.fates.insert(mark.to_owned(), fate);
    }

    /// Everything of fate `from` has the fate `to` from now on.
    pub(crate) fn turn(&mut self, from: Fate, to: Fate) {
        self.fates.values_mut().filter(|fate| **fate == from).for_each(|fate| *fate = to);
    }

    /// All that is shown is taken away.
    pub(crate) fn forget_shown(&mut self, fate: Fate) {
        for (_, text) in std::mem::take(&mut self.shown) {
            marks(&text).into_iter().for_each(|mark| self.set(&mark, fate));
        }
    }

    /// Another program has tampered with the log: nobody knows any more which events are remembered.
    pub(crate) fn doubt_events(&mut self) {
        self.events.values_mut().for_each(|event| event.sure = false);
        self.turn(Fate::Maybe, Fate::Gone);
    }

    /// Compares what a fresh reader shows with what was shown before and what has come since.
    pub(crate) fn check(&mut self, fresh: &[Line]) -> Result<(), String> {
        let told = |problem: String| format!("{problem}\n  before: {}\n  now:    {}", told(&self.shown), told(fresh));
        let kept = fresh.first().and_then(|first| self.shown.iter().position(|line| line == first));
        let dropped = kept.unwrap_or(self.shown.len());
        let (gone, stays) = self.shown.split_at(dropped);
        if !fresh.starts_with(stays) {
            return Err(told("what was shown before is not shown as before".to_owned()));
        }
        if dropped > 0 && fresh.len() < self.keep {
            return Err(told(format!("{dropped} are gone, although {} are to be kept", self.keep)));
        }
        let seen = fresh.iter().flat_map(|(_, text)| marks_that_count(text)).collect::<Vec<_>>();
        let mut once = HashSet::new();
        for mark in &seen {
            if !once.insert(mark) && !self.torn.contains(mark) {
                return Err(told(format!("{mark} is doubled")));
            }
        }
        for mark in fresh[stays.len()..].iter().flat_map(|(_, text)| marks_that_count(text)) {
            let fate = self.fate(&mark);
            let may_come = matches!(fate, Fate::Due | Fate::Late | Fate::Unfinished | Fate::Maybe | Fate::Perhaps);
            let comes_torn = self.torn.contains(&mark) && fate == Fate::Shown;
            if !may_come && !comes_torn {
                return Err(told(format!("{mark} is shown and was {fate:?}")));
            }
        }
        for (_, text) in &fresh[stays.len()..] {
            let mark = marks_that_count(text).into_iter().find(|mark| mark.starts_with("<m"));
            if mark.is_some_and(|mark| self.texts.get(&mark) != Some(text)) {
                return Err(told(format!("{text:?} is not what was sent")));
            }
        }
        let due = self.fates.iter().filter(|(_, fate)| **fate == Fate::Due);
        let missing: Vec<String> = due.map(|(mark, _)| mark.clone()).filter(|mark| !seen.contains(mark)).collect();
        if !missing.is_empty() && (!stays.is_empty() || fresh.len() < self.keep) {
            return Err(told(format!("{missing:?} are missing")));
        }
        let gone: Vec<String> = gone.iter().flat_map(|(_, text)| marks(text)).chain(missing).collect();
        gone.iter().for_each(|mark| self.set(mark, Fate::Retired));
        fresh.iter().flat_map(|(_, text)| marks_that_count(text)).for_each(|mark| self.set(&mark, Fate::Shown));
        self.shown = fresh.to_vec();
        Ok(())
    }
}

/// Lines for people: long ones are cut.
pub(crate) fn told(lines: &[Line]) -> String {
    let cut = |text: &str| text.chars().take(70).collect::<String>();
    format!("{:?}", lines.iter().map(|(id, text)| (cut(id), cut(text))).collect::<Vec<_>>())
}

/// Finds the marks in a text.
pub(crate) fn marks(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices('<') {
        let Some(end) = text[at..].find('>') else { break };
        let mark = &text[at..=at + end];
        let inner = &mark[1..mark.len() - 1];
        if inner.starts_with(|c: char| c.is_ascii_lowercase())
            && inner.len() > 1
            && inner[1..].bytes().all(|byte| byte.is_ascii_digit())
        {
            found.push(mark.to_owned());
        }
    }
    found
}

/// A line to which the half record of a dead writer is glued shows the marks of that record, too, which is not the message.
pub(crate) fn marks_that_count(text: &str) -> Vec<String> {
    let mut marks = marks(text);
    if text.starts_with("{\"id\":\"0") {
        marks.retain(|mark| !mark.starts_with("<m") && !mark.starts_with("<e"));
    }
    marks
}
