//! The expected contents of the wall. Every message and every line of another program contains a unique mark, such as
//! `<m17>`. The model has the fate of each mark.

use std::collections::{BTreeMap, HashMap, HashSet};

use shared_volume::message::Message;

/// The expected visibility of a mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Must be shown now.
    Due,
    /// In a replaced log. Must be shown after the next append.
    Late,
    /// In an unfinished line. May be shown now, and must be at the end.
    Unfinished,
    /// Being posted by a writer that will crash.
    Posting,
    /// Posted by a writer that crashed before it returned an answer. May be shown, once.
    Maybe,
    Shown,
    /// Dropped by clear or compaction. May be shown again only after a restoration.
    Retired,
    /// In a line of another program that was written after half a record, or too late. May be shown.
    Perhaps,
    /// Must never be shown, or never again.
    Gone,
}

/// A message on the wall: its id and its text.
pub(crate) type Line = (String, String);

/// An event, with its command and answer.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub(crate) command: Command,
    pub(crate) answer: Option<Answer>,
    /// True if a retry must get the same answer. False if the writer crashed before its answer, or if another program has
    /// changed the log since.
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
    /// The marks in half a line of a crashed writer, to which another program may append.
    pub(crate) torn: HashSet<String>,
    /// The texts of the messages of writers, by mark.
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

    /// Returns a new mark.
    pub(crate) fn mark(&mut self, kind: char, fate: Fate) -> String {
        self.marks += 1;
        let mark = format!("<{kind}{:05}>", self.marks);
        self.fates.insert(mark.clone(), fate);
        mark
    }

    /// Returns the mark and the text of a new message.
    pub(crate) fn message(&mut self, fate: Fate) -> (String, String) {
        let mark = self.mark('m', fate);
        let text = format!("Hello {mark} {}", "wörld ".repeat(self.marks % 7));
        self.texts.insert(mark.clone(), text.clone());
        (mark, text)
    }

    /// Returns a new mark that replaces `old` and has the same length.
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

    /// Changes the fate of all marks with the fate `from` to `to`.
    pub(crate) fn turn(&mut self, from: Fate, to: Fate) {
        self.fates.values_mut().filter(|fate| **fate == from).for_each(|fate| *fate = to);
    }

    /// Removes all shown lines and sets the fate of their marks.
    pub(crate) fn forget_shown(&mut self, fate: Fate) {
        for (_, text) in std::mem::take(&mut self.shown) {
            marks(&text).into_iter().for_each(|mark| self.set(&mark, fate));
        }
    }

    /// Notes that another program has changed the log, so that it is unknown which events are remembered.
    pub(crate) fn doubt_events(&mut self) {
        self.events.values_mut().for_each(|event| event.sure = false);
        self.turn(Fate::Maybe, Fate::Gone);
    }

    /// Compares the lines of a new reader with the lines that were shown before and the marks that were added since.
    ///
    /// # Errors
    /// Returns the first difference.
    pub(crate) fn check(&mut self, fresh: &[Line]) -> Result<(), String> {
        let difference = |problem: String| {
            format!("{problem}\n  before: {}\n  now:    {}", shortened(&self.shown), shortened(fresh))
        };
        let kept = fresh.first().and_then(|first| self.shown.iter().position(|line| line == first));
        let dropped = kept.unwrap_or(self.shown.len());
        let (gone, stays) = self.shown.split_at(dropped);
        if !fresh.starts_with(stays) {
            return Err(difference("what was shown before is not shown as before".to_owned()));
        }
        if dropped > 0 && fresh.len() < self.keep {
            return Err(difference(format!("{dropped} are gone, although {} are to be kept", self.keep)));
        }
        let seen = fresh.iter().flat_map(|(_, text)| marks_that_count(text)).collect::<Vec<_>>();
        let mut once = HashSet::new();
        for mark in &seen {
            if !once.insert(mark) && !self.torn.contains(mark) {
                return Err(difference(format!("{mark} is doubled")));
            }
        }
        for mark in fresh[stays.len()..].iter().flat_map(|(_, text)| marks_that_count(text)) {
            let fate = self.fate(&mark);
            let may_come = matches!(fate, Fate::Due | Fate::Late | Fate::Unfinished | Fate::Maybe | Fate::Perhaps);
            let comes_torn = self.torn.contains(&mark) && fate == Fate::Shown;
            if !may_come && !comes_torn {
                return Err(difference(format!("{mark} is shown and was {fate:?}")));
            }
        }
        for (_, text) in &fresh[stays.len()..] {
            let mark = marks_that_count(text).into_iter().find(|mark| mark.starts_with("<m"));
            if mark.is_some_and(|mark| self.texts.get(&mark) != Some(text)) {
                return Err(difference(format!("{text:?} is not what was sent")));
            }
        }
        let due = self.fates.iter().filter(|(_, fate)| **fate == Fate::Due);
        let missing: Vec<String> = due.map(|(mark, _)| mark.clone()).filter(|mark| !seen.contains(mark)).collect();
        if !missing.is_empty() && (!stays.is_empty() || fresh.len() < self.keep) {
            return Err(difference(format!("{missing:?} are missing")));
        }
        let gone: Vec<String> = gone.iter().flat_map(|(_, text)| marks(text)).chain(missing).collect();
        gone.iter().for_each(|mark| self.set(mark, Fate::Retired));
        fresh.iter().flat_map(|(_, text)| marks_that_count(text)).for_each(|mark| self.set(&mark, Fate::Shown));
        self.shown = fresh.to_vec();
        Ok(())
    }
}

/// Formats lines for an error message. Long ones are cut.
pub(crate) fn shortened(lines: &[Line]) -> String {
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

/// Finds the marks in a text, without those of a record in a plain line. A plain line may begin with half a record of a
/// crashed writer, whose message is not shown by it.
pub(crate) fn marks_that_count(text: &str) -> Vec<String> {
    let mut marks = marks(text);
    if text.starts_with("{\"id\":\"0") {
        marks.retain(|mark| !mark.starts_with("<m") && !mark.starts_with("<e"));
    }
    marks
}
