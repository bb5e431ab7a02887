//! The states that a writer leaves when it crashes between two system calls.

use std::fs::File;
use std::os::unix::fs::{FileExt, MetadataExt};

use serde_json::{Value, json};
use shared_volume::wall::WallWriter;

use crate::foreign::Stands;
use crate::model::{Command, Event, Fate, marks};
use crate::world::{World, soon};
use crate::writers::draft;

/// The bytes of a crashed writer that have not arrived yet.
pub(crate) struct Late {
    file: File,
    at: u64,
    bytes: Vec<u8>,
    /// The length of the log after the crash. If it differs later, other bytes are at `at`.
    length: u64,
}

impl World {
    /// Returns a writer that will crash. It has settled the intent of earlier writers.
    fn dying(&self) -> WallWriter {
        let mut writer = WallWriter::new(self.wall.clone());
        writer.append(&[], soon()).unwrap();
        writer
    }

    /// Posts messages without recording the answers.
    fn post_unanswered(&mut self, writer: &mut WallWriter, count: usize) {
        let posts: Vec<_> = (0..count).map(|_| (self.model.message(Fate::Posting), self.event(true))).collect();
        let drafts: Vec<_> = posts.iter().map(|((_, text), event)| draft(text, event.as_deref())).collect();
        writer.append(&drafts, soon()).unwrap();
        for ((mark, text), event) in posts {
            self.expect_retry(event, Command::Post { mark, text });
        }
    }

    /// Expects all messages of a writer that crashed after its append, before it returned an answer.
    fn all_arrived(&mut self) {
        self.model.turn(Fate::Late, Fate::Due);
        self.model.turn(Fate::Posting, Fate::Due);
    }

    fn expect_retry(&mut self, event: Option<String>, command: Command) {
        let event = event.map(|event| (event, Event { command, answer: None, sure: false }));
        self.model.events.extend(event);
    }

    pub(crate) fn die(&mut self, cut: usize, count: usize) -> Result<(), String> {
        let mut writer = self.dying();
        let (before, state) = (fs_err::metadata(self.wall.content()).ok(), self.state());
        self.post_unanswered(&mut writer, count);
        let after = fs_err::metadata(self.wall.content()).unwrap();
        let is_same = before.as_ref().is_none_or(|before| before.ino() == after.ino());
        // The lines that the append carries over are known only if no earlier append was carrying lines over.
        let is_known =
            !state["replaced"].as_array().into_iter().flatten().any(|replaced| replaced.get("then").is_some());
        // Otherwise the writer has also compacted the log. It crashes after that.
        if is_same && is_known && self.state()["recorded"] == state["recorded"] {
            let at = before.map_or(0, |before| before.len());
            let bytes = self.content().split_off(usize::try_from(at).unwrap());
            let length = at + (cut % bytes.len()) as u64;
            let file = fs_err::OpenOptions::new().write(true).open(self.wall.content()).unwrap().into_file();
            file.set_len(length).unwrap();
            self.declare_again(&state);
            self.model.turn(Fate::Posting, Fate::Maybe);
            let content = self.content();
            let half = content.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
            self.model.torn.extend(marks(&String::from_utf8_lossy(half)));
            self.late = Some(Late { file, at, bytes, length });
        } else {
            self.all_arrived();
        }
        Ok(())
    }

    pub(crate) fn arrive_late(&mut self) -> Result<(), String> {
        if let Some(late) = self.late.take()
            && late.file.metadata().unwrap().len() == late.length
        {
            late.file.write_all_at(&late.bytes, late.at).unwrap();
            let inode = late.file.metadata().unwrap().ino();
            for opened in self.opened.iter_mut().filter(|opened| opened.inode() == inode) {
                let fate = match opened.stands {
                    Stands::Current => continue,
                    Stands::Followed => Fate::Late,
                    Stands::Over | Stands::Deleted => Fate::Perhaps,
                };
                std::mem::take(&mut opened.unfinished).iter().for_each(|mark| self.model.set(mark, fate));
            }
        }
        Ok(())
    }

    pub(crate) fn die_replacing(&mut self, clear: bool) -> Result<(), String> {
        let mut writer = self.dying();
        let before = fs_err::metadata(self.wall.content()).ok().map(|metadata| metadata.ino());
        if clear {
            let event = self.event(true);
            writer.clear(event.as_deref(), soon()).unwrap();
            self.expect_retry(event, Command::Clear);
        } else {
            self.post_unanswered(&mut writer, 1);
        }
        self.all_arrived();
        let is_undone = before.is_some_and(|before| self.undo_replacement(before));
        if clear && !is_undone {
            self.model.forget_shown(Fate::Retired);
            self.rewritten += 1;
        }
        Ok(())
    }

    /// Restores the files as they were between the declaration and the rename. Returns false if the log was not replaced.
    fn undo_replacement(&self, before: u64) -> bool {
        let old = fs_err::read_dir(self.wall.trash()).into_iter().flatten().filter_map(|entry| {
            let entry = entry.unwrap();
            (entry.metadata().unwrap().ino() == before).then(|| entry.path())
        });
        let Some(old) = old.last().filter(|_| self.state()["intent"] == json!("replace")) else { return false };
        let (beside, log) = (self.wall.path().join("link"), self.wall.content());
        fs_err::copy(&log, self.wall.path().join(".content.01KATK5XH8Z6Z7M1T2D3E4F5G6.tmp")).unwrap();
        fs_err::hard_link(old, &beside).unwrap();
        fs_err::rename(beside, log).unwrap();
        true
    }

    pub(crate) fn leave_temporary(&mut self) -> Result<(), String> {
        for name in ["content", "config.json"] {
            let temporary = self.wall.path().join(format!(".{name}.01KATK5XH8Z6Z7M1T2D3E4F5G7.tmp"));
            fs_err::write(temporary, "half").unwrap();
        }
        Ok(())
    }

    pub(crate) fn leave_history(&mut self) -> Result<(), String> {
        let generation = self.model.generation + 1;
        fs_err::create_dir_all(self.wall.history()).unwrap();
        let left = json!({ "generation": generation, "config": { "title": "never in force" } });
        if self.wall.config().exists() {
            fs_err::write(self.wall.history_file(generation), left.to_string()).unwrap();
        }
        Ok(())
    }

    pub(crate) fn wait_a_minute(&mut self) -> Result<(), String> {
        let mut state = self.state();
        for replaced in state.get_mut("replaced").and_then(Value::as_array_mut).into_iter().flatten() {
            replaced["until"] = json!("2020-01-01T00:00:00Z");
        }
        self.set_state(&state);
        for opened in self.opened.iter_mut().filter(|opened| opened.stands == Stands::Followed) {
            let half = std::mem::take(&mut opened.unfinished);
            half.iter().for_each(|mark| self.model.set(mark, Fate::Late));
            opened.stands = Stands::Over;
        }
        Ok(())
    }

    /// Returns the shared state of the writers.
    fn state(&self) -> Value {
        let bytes = fs_err::read(self.wall.writer_lock()).unwrap_or_default();
        serde_json::from_slice(&bytes).unwrap_or_default()
    }

    fn set_state(&self, state: &Value) {
        let Ok(length) = fs_err::metadata(self.wall.writer_lock()).map(|metadata| metadata.len()) else { return };
        // `State::parse` recognises a state by `holder` as its first field.
        let mut rest = state.clone();
        let Some(holder) = rest.as_object_mut().and_then(|fields| fields.remove("holder")) else { return };
        let (rest, length) = (rest.to_string(), usize::try_from(length).unwrap());
        let text = format!("{{\"holder\":{holder},{}", &rest[1..]);
        fs_err::write(self.wall.writer_lock(), format!("{text:length$}")).unwrap();
    }

    /// Restores the state that was declared before the append, in which lines of replaced logs are being carried over.
    fn declare_again(&self, before: &Value) {
        let mut state = self.state();
        let earlier: Vec<Value> = before["replaced"].as_array().cloned().unwrap_or_default();
        for replaced in state.get_mut("replaced").and_then(Value::as_array_mut).into_iter().flatten() {
            let earlier = earlier.iter().find(|earlier| earlier["file"] == replaced["file"]);
            if let Some(earlier) = earlier.filter(|earlier| earlier["from"] != replaced["from"]) {
                replaced["then"] = replaced["from"].clone();
                replaced["from"] = earlier["from"].clone();
            }
        }
        self.set_state(&state);
    }
}
