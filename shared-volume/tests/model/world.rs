//! One volume, its writers, tasks and browsers, other programs, and what happens to them.

use std::time::{Duration, Instant};

use fastrand::Rng;
use serde_json::json;
use shared_volume::config::{Cause, Change, Outcome, PublishError, Request, in_force};
use shared_volume::message::{Draft, Refusal};
use shared_volume::wall::WallWriter;
use shared_volume::{ChangeError, Volume, WallDir, time};
use tempfile::TempDir;

use crate::follower::{Browser, Follower, fresh};
use crate::foreign::{self, Handle};
use crate::model::{Answer, Expected, Model};

pub(crate) struct World {
    rng: Rng,
    wall: WallDir,
    writers: Vec<WallWriter>,
    tasks: Vec<Follower>,
    browsers: Vec<Browser>,
    handles: Vec<Handle>,
    model: Model,
    /// How often the log was deleted by another program.
    life: u64,
    number: u64,
    pub(crate) story: Vec<String>,
    _root: TempDir,
}

fn soon() -> Instant {
    Instant::now() + Duration::from_secs(20)
}

impl World {
    pub(crate) fn new(seed: u64) -> Self {
        // Thousands of sequences sync a hundred thousand times: in memory that costs nothing.
        let root = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
        let wall = Volume::new(root.path()).wall(None);
        let writers = (0..2).map(|_| WallWriter::new(wall.clone())).collect();
        let tasks = [true, false].map(|is_eager| Follower::new(wall.clone(), is_eager)).into();
        let browsers = (0..2).map(|_| Browser::default()).collect();
        let mut model = Model { keep: 1000, title: "MessageWall".to_owned(), ..Model::default() };
        model.generation = 0;
        Self {
            rng: Rng::with_seed(seed),
            wall,
            writers,
            tasks,
            browsers,
            handles: Vec::new(),
            model,
            life: 0,
            number: 0,
            story: Vec::new(),
            _root: root,
        }
    }

    pub(crate) fn step(&mut self) {
        match self.rng.u8(0..100) {
            0..30 => self.post(),
            30..42 => self.retry(),
            42..47 => self.reuse(),
            47..54 => self.remove(),
            54..57 => self.clear(),
            57..64 => self.configure(),
            64..72 => self.foreign_line(),
            72..77 => self.old_handle(),
            77..80 => self.edit(),
            80..82 => self.delete(),
            82..86 => self.half_record(),
            86..89 => self.lost_append(),
            89..92 => self.leftovers(),
            92..95 => self.new_environment(),
            _ => self.follow(),
        }
        let shown = fresh(&self.wall);
        self.model.check(&shown);
        for task in &mut self.tasks {
            if task.is_eager || self.rng.bool() {
                task.read();
                assert_eq!(task.shown(), shown, "a task that follows and a fresh one");
            }
        }
        assert_eq!(in_force(&self.wall).unwrap().published.config.title.to_string(), self.model.title);
    }

    fn tell(&mut self, what: String) {
        self.story.push(what);
    }

    fn label(&mut self) -> String {
        self.number += 1;
        // All of one length, so that an edit keeps the length of the log.
        format!("m{:06}", self.number)
    }

    fn writer(&mut self) -> usize {
        self.rng.usize(..self.writers.len())
    }

    fn event(&mut self) -> String {
        self.number += 1;
        format!("test:e{}", self.number)
    }

    fn post(&mut self) {
        let (text, event, writer) = (self.label(), self.event(), self.writer());
        self.tell(format!("writer {writer} posts {text} by {event}"));
        let answer = self.send(writer, &text, &event).unwrap();
        self.model.messages.push(Expected { id: answer.clone(), text: text.clone() });
        self.model.events.insert(event, Answer::Posted { text, id: answer });
        self.settle_floating();
    }

    fn send(&mut self, writer: usize, text: &str, event: &str) -> Result<String, Refusal> {
        let draft = Draft { author: None, text: text.to_owned(), event: Some(event.to_owned()), received: time::now() };
        let mut batch = self.writers[writer].append(&[draft], soon()).unwrap();
        assert!(batch.compaction_failed.is_none(), "{:?}", batch.compaction_failed);
        let appended = batch.answers.pop().unwrap()?;
        let repeated = if appended.repeated { "again:" } else { "" };
        Ok(format!("{repeated}{}", appended.message.id))
    }

    /// What arrived in replaced logs comes before the message that was just posted.
    fn settle_floating(&mut self) {
        let Some(posted) = self.model.messages.pop() else { return };
        let shown = fresh(&self.wall);
        for line in std::mem::take(&mut self.model.floating) {
            match shown.iter().find(|message| message.text == line) {
                Some(found) => self.model.messages.push(found.clone()),
                // What came with it may already have pushed it off the wall.
                None => assert!(shown.len() >= self.model.keep, "{line} in a replaced log was not taken over"),
            }
        }
        self.model.messages.push(posted);
        let order = |message: &Expected| shown.iter().position(|other| other.text == message.text);
        let from = self.model.messages.len().saturating_sub(shown.len());
        self.model.messages[from..].sort_by_key(|message| order(message).unwrap_or(0));
    }

    fn retry(&mut self) {
        let mut events: Vec<_> =
            self.model.events.iter().map(|(event, answer)| (event.clone(), answer.clone())).collect();
        events.sort_by(|one, other| one.0.cmp(&other.0));
        if events.is_empty() {
            return;
        }
        let (event, answer) = events.swap_remove(self.rng.usize(..events.len()));
        let may_be_forgotten = self.model.forgettable.contains(&event);
        if may_be_forgotten {
            return;
        }
        let writer = self.writer();
        self.tell(format!("writer {writer} retries {event}: {answer:?}"));
        match answer {
            Answer::Posted { text, id } => {
                assert_eq!(
                    self.send(writer, &text, &event).unwrap(),
                    format!("again:{}", id.trim_start_matches("again:"))
                );
            }
            Answer::Removed { id } => {
                let removed = self.writers[writer].remove(&id, None, Some(&event), soon()).unwrap();
                assert!(removed.repeated);
            }
            Answer::Cleared { wall } => {
                let cleared = self.writers[writer].clear(Some(&event), soon()).unwrap();
                assert_eq!((cleared.repeated, cleared.wall.to_string()), (true, wall));
            }
            Answer::Published { title, generation } => {
                match self.publish(writer, json!({ "title": title }), &event).unwrap() {
                    Outcome::Repeated(published) => assert_eq!(published.generation, generation),
                    other => panic!("{other:?}"),
                }
            }
        }
    }

    /// Uses an event again, for something else.
    fn reuse(&mut self) {
        let mut events: Vec<_> = self.model.events.keys().cloned().collect();
        events.sort();
        events.retain(|event| !self.model.forgettable.contains(event));
        if events.is_empty() {
            return;
        }
        let (event, writer) = (events.swap_remove(self.rng.usize(..events.len())), self.writer());
        self.tell(format!("writer {writer} uses {event} for something else"));
        let reused = |refusal: &Refusal| matches!(refusal, Refusal::EventReused { .. });
        assert!(self.send(writer, "something else", &event).is_err_and(|refusal| reused(&refusal)));
        if !matches!(self.model.events[&event], Answer::Cleared { .. }) {
            let cleared = self.writers[writer].clear(Some(&event), soon());
            assert!(matches!(&cleared, Err(ChangeError::Refused(refusal)) if reused(refusal)), "{cleared:?}");
        }
        let published = self.publish(writer, json!({ "title": "something else" }), &event);
        assert!(matches!(&published, Err(PublishError::Refused(refusal)) if reused(refusal)), "{published:?}");
    }

    fn remove(&mut self) {
        if self.model.messages.is_empty() {
            return;
        }
        let at = self.rng.usize(..self.model.messages.len());
        let shown = fresh(&self.wall);
        let text = self.model.messages[at].text.clone();
        let Some(id) = shown.iter().find(|message| message.text == text).map(|message| message.id.clone()) else {
            return;
        };
        let (event, writer) = (self.event(), self.writer());
        self.tell(format!("writer {writer} removes {text} ({id}) by {event}"));
        assert!(!self.writers[writer].remove(&id, None, Some(&event), soon()).unwrap().repeated);
        self.model.messages.remove(at);
        self.model.events.insert(event, Answer::Removed { id: id.clone() });
        let unknown = self.writers[writer].remove(&id, None, None, soon());
        assert!(matches!(unknown, Err(ChangeError::Refused(Refusal::MessageUnknown { .. }))), "{unknown:?}");
    }

    fn clear(&mut self) {
        let (event, writer) = (self.event(), self.writer());
        self.tell(format!("writer {writer} clears by {event}"));
        let cleared = self.writers[writer].clear(Some(&event), soon()).unwrap();
        assert!(!cleared.repeated);
        self.model.messages.clear();
        // A line may have been taken over before the wall was cleared, and then it is cleared as well.
        let shown = fresh(&self.wall);
        self.model.floating.retain(|line| shown.iter().any(|message| message.text == *line));
        self.model.events.insert(event, Answer::Cleared { wall: cleared.wall.to_string() });
    }

    fn publish(&mut self, writer: usize, patch: serde_json::Value, event: &str) -> Result<Outcome, PublishError> {
        let cause = Cause { source: "test".to_owned(), event: Some(event.to_owned()), ..Cause::default() };
        let request = Request { change: Change::Patch(patch), expected_generation: None, cause };
        self.writers[writer].publish(request, soon())
    }

    fn configure(&mut self) {
        let (event, writer) = (self.event(), self.writer());
        if self.rng.bool() {
            let keep = [1, 2, 3, 5, 1000][self.rng.usize(..5)];
            self.tell(format!("writer {writer} keeps {keep} messages"));
            self.publish(writer, json!({ "keep_messages": keep }), &event).unwrap();
            self.model.keep = keep;
            self.model.generation += 1;
            return;
        }
        let title = self.label();
        self.tell(format!("writer {writer} publishes the title {title} by {event}"));
        let Outcome::Published(published) = self.publish(writer, json!({ "title": title }), &event).unwrap() else {
            panic!("{event} was not new")
        };
        assert!(published.generation > self.model.generation);
        self.model.generation = published.generation;
        self.model.title.clone_from(&title);
        self.model.events.insert(event, Answer::Published { title, generation: published.generation });
    }

    fn foreign_line(&mut self) {
        let mut handle = foreign::open(&self.wall, self.life);
        let text = self.label();
        self.tell(format!("another program appends {text}"));
        let blank = if self.rng.bool() { "\n" } else { "" };
        // Somebody's line that has no end yet goes on with this one.
        self.finish_line(&mut handle);
        foreign::append(&mut handle.file, format!("{text}\n{blank}").as_bytes());
        self.model.messages.push(Expected { id: String::new(), text });
        if self.handles.len() < 3 {
            self.handles.push(handle);
        }
    }

    fn finish_line(&mut self, handle: &mut Handle) {
        let bytes = fs_err::read(self.wall.content()).unwrap();
        if !bytes.is_empty() && !bytes.ends_with(b"\n") {
            foreign::append(&mut handle.file, b"\n");
        }
    }

    /// A program writes through a log that it has opened before.
    fn old_handle(&mut self) {
        use std::os::unix::fs::MetadataExt;
        if self.handles.is_empty() {
            return;
        }
        let at = self.rng.usize(..self.handles.len());
        let named = fs_err::metadata(self.wall.content()).map(|metadata| metadata.ino()).unwrap_or(0);
        let handle = &mut self.handles[at];
        let is_current = handle.file.metadata().unwrap().ino() == named;
        // What was deleted by somebody is nobody's any more.
        if handle.life != self.life && !is_current {
            self.handles.remove(at);
            return;
        }
        let text = self.label();
        self.tell(format!(
            "another program appends {text} through an old handle, {}",
            if is_current { "current" } else { "replaced" }
        ));
        let bytes = if is_current { fs_err::read(self.wall.content()).unwrap() } else { b"\n".to_vec() };
        let newline = if bytes.is_empty() || bytes.ends_with(b"\n") { "" } else { "\n" };
        foreign::append(&mut self.handles[at].file, format!("{newline}{text}\n").as_bytes());
        if is_current {
            self.model.messages.push(Expected { id: String::new(), text });
        } else {
            self.model.floating.push(text);
        }
    }

    fn edit(&mut self) {
        if self.model.messages.is_empty() || !self.wall.content().exists() {
            return;
        }
        let at = self.rng.usize(..self.model.messages.len());
        let (from, to) = (self.model.messages[at].text.clone(), self.label().replace('m', "x"));
        let in_place = self.rng.bool();
        if foreign::edit(&self.wall, &from, &to, in_place) {
            self.tell(format!("somebody edits {from} into {to}, in place: {in_place}"));
            self.model.messages[at] = Expected { id: String::new(), text: to };
            if !in_place {
                // Programs that hold the old file open write into nothing.
                self.life += 1;
            }
            // The edited record is not what the event has brought, and the first line of a log without header names it.
            self.forget_unrecorded();
            self.model
                .messages
                .iter_mut()
                .filter(|message| message.id.contains('-'))
                .for_each(|message| message.id.clear());
        }
    }

    fn delete(&mut self) {
        if !self.wall.content().exists() {
            return;
        }
        self.tell("somebody deletes the log".to_owned());
        fs_err::remove_file(self.wall.content()).unwrap();
        self.life += 1;
        self.model.messages.clear();
        self.forget_unrecorded();
        if self.rng.bool() {
            let text = self.label();
            self.tell(format!("and begins another with {text}"));
            fs_err::write(self.wall.content(), format!("{text}\n")).unwrap();
            self.model.messages.push(Expected { id: String::new(), text });
        }
    }

    fn forget_unrecorded(&mut self) {
        self.model.forgettable = self.model.events.keys().cloned().collect();
    }

    /// A writer crashes in the middle of its write: half a record, of which its intent tells.
    fn half_record(&mut self) {
        let Some((before, text, event)) = self.interrupted() else { return };
        let whole = fs_err::read(self.wall.content()).unwrap();
        // Of fewer than five bytes nobody can tell whether they are the beginning of a record.
        let length = self.rng.usize(before.len() + 5..whole.len());
        self.tell(format!(
            "the writer of {text} crashes after {} of {} bytes",
            length - before.len(),
            whole.len() - before.len()
        ));
        let file = fs_err::OpenOptions::new().write(true).open(self.wall.content()).unwrap();
        file.set_len(length as u64).unwrap();
        self.come_again(text, event);
    }

    /// A writer is cut off before its write, which comes late, in the old file.
    fn lost_append(&mut self) {
        let Some((before, text, event)) = self.interrupted() else { return };
        let whole = fs_err::read(self.wall.content()).unwrap();
        let late = fs_err::OpenOptions::new().write(true).open(self.wall.content()).unwrap().into_file();
        late.set_len(before.len() as u64).unwrap();
        self.tell(format!("the writer of {text} is cut off before it writes"));
        let between = self.label();
        let writer = self.writer();
        let event_between = self.event();
        let id = self.send(writer, &between, &event_between).unwrap();
        self.tell(format!("writer {writer} posts {between}; then what was cut off arrives"));
        self.model.messages.push(Expected { id: id.clone(), text: between.clone() });
        self.model.events.insert(event_between, Answer::Posted { text: between, id });
        self.settle_floating();
        std::os::unix::fs::FileExt::write_all_at(&late, &whole[before.len()..], before.len() as u64).unwrap();
        self.come_again(text, event);
    }

    /// Posts, and answers what the log was before. Nothing if the post did more than append to it.
    fn interrupted(&mut self) -> Option<(Vec<u8>, String, String)> {
        use std::os::unix::fs::MetadataExt;
        let inode = |wall: &WallDir| fs_err::metadata(wall.content()).map(|metadata| metadata.ino()).unwrap_or(0);
        if !self.model.floating.is_empty() {
            return None;
        }
        let (before, ino) = (fs_err::read(self.wall.content()).unwrap_or_default(), inode(&self.wall));
        let (text, event, writer) = (self.label(), self.event(), self.writer());
        let id = self.send(writer, &text, &event).unwrap();
        let whole = fs_err::read(self.wall.content()).unwrap();
        if inode(&self.wall) == ino && whole.starts_with(&before) && !before.is_empty() {
            // That writer is gone.
            self.writers[writer] = WallWriter::new(self.wall.clone());
            return Some((before, text, event));
        }
        self.tell(format!("writer {writer} posts {text}"));
        self.model.messages.push(Expected { id: id.clone(), text: text.clone() });
        self.model.events.insert(event, Answer::Posted { text, id });
        None
    }

    /// Whoever was not answered sends it again.
    fn come_again(&mut self, text: String, event: String) {
        let writer = self.writer();
        let id = self.send(writer, &text, &event).unwrap();
        self.tell(format!("writer {writer} gets {text} again: {id}"));
        assert!(!id.starts_with("again:"), "half a record is no record");
        self.model.messages.push(Expected { id: id.clone(), text: text.clone() });
        self.model.events.insert(event, Answer::Posted { text, id });
    }

    fn leftovers(&mut self) {
        self.tell("a crash has left a temporary file and a generation that is ahead".to_owned());
        fs_err::write(self.wall.path().join(".content.01ARZ3NDEKTSV4RRFFQ69G5FAV.tmp"), "an older log\n").unwrap();
        let current = in_force(&self.wall).unwrap().published.generation;
        if self.wall.history().exists() {
            fs_err::write(self.wall.history_file(current + 1), "{\"generation\":").unwrap();
        }
    }

    fn new_environment(&mut self) {
        let writer = self.writer();
        self.tell(format!("writer {writer} is another environment now"));
        self.writers[writer] = WallWriter::new(self.wall.clone());
        let task = self.rng.usize(..self.tasks.len());
        self.tasks[task] = Follower::new(self.wall.clone(), self.tasks[task].is_eager);
    }

    fn follow(&mut self) {
        let (browser, task) = (self.rng.usize(..self.browsers.len()), self.rng.usize(..self.tasks.len()));
        self.tell(format!("browser {browser} comes to task {task}"));
        self.tasks[task].read();
        self.browsers[browser].reconnect(&self.tasks[task]);
        self.browsers[browser].check(&self.tasks[task]);
    }
}
