//! Other programs, which do not know the contract.

use std::fs::File;
use std::io::Write;
use std::os::unix::fs::{FileExt, MetadataExt};

use fastrand::Rng;

use crate::action::{Edit, What};
use crate::model::{Fate, marks};
use crate::world::World;

/// A log that another program has open.
pub(crate) struct Opened {
    file: File,
    pub(crate) stands: Stands,
    /// The marks after the last newline.
    pub(crate) unfinished: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stands {
    /// The file is the log.
    Current,
    /// The file was replaced less than a minute ago.
    Followed,
    /// The file was replaced more than a minute ago.
    Over,
    /// Another program has deleted the file.
    Deleted,
}

impl Opened {
    pub(crate) fn inode(&self) -> u64 {
        self.file.metadata().unwrap().ino()
    }

    /// Removes and returns the marks of lines that the program left unfinished and a writer has completed, if the wall is
    /// full.
    pub(crate) fn finished_by_a_writer(&mut self, full: bool) -> Vec<String> {
        if !full || self.unfinished.is_empty() {
            return Vec::new();
        }
        let content = self.content();
        let text = String::from_utf8_lossy(&content);
        let is_finished = |mark: &String| text.find(mark).is_some_and(|at| text[at..].contains('\n'));
        let (finished, unfinished) = self.unfinished.drain(..).partition(is_finished);
        self.unfinished = unfinished;
        finished
    }

    fn content(&self) -> Vec<u8> {
        let mut bytes = vec![0; usize::try_from(self.file.metadata().unwrap().len()).unwrap()];
        self.file.read_exact_at(&mut bytes, 0).unwrap();
        bytes
    }

    /// Returns true if the file ends with half a record of a writer, so that an appended line continues it.
    fn ends_in_half_of_ours(&self) -> bool {
        let bytes = self.content();
        let last = bytes.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
        last.starts_with(b"{") && self.unfinished.is_empty()
    }
}

impl World {
    /// Notes open files that are not the log any more. A writer has replaced them: the actions of other programs note their own
    /// changes.
    pub(crate) fn note_replaced(&mut self) {
        let inode = fs_err::metadata(self.wall.content()).ok().map(|metadata| metadata.ino());
        for opened in self.opened.iter_mut().filter(|opened| opened.stands == Stands::Current) {
            if Some(opened.inode()) != inode {
                opened.stands = Stands::Followed;
            }
        }
    }

    pub(crate) fn append(&mut self, file: Option<usize>, what: What, seed: u64) -> Result<(), String> {
        let earlier = file.and_then(|pick| pick.checked_rem(self.opened.len()));
        let at = earlier.unwrap_or_else(|| self.open_now());
        let (bytes, finished, unfinished) = self.text(what, &mut Rng::with_seed(seed));
        let opened = &mut self.opened[at];
        let glued = opened.ends_in_half_of_ours();
        opened.file.write_all(&bytes).unwrap();
        let fate = match opened.stands {
            Stands::Current => Fate::Due,
            Stands::Followed => Fate::Late,
            Stands::Over => Fate::Perhaps,
            Stands::Deleted => Fate::Gone,
        };
        if bytes.contains(&b'\n') {
            let before = std::mem::take(&mut opened.unfinished);
            finished.iter().chain(&before).for_each(|mark| self.model.set(mark, fate));
        }
        let half = match opened.stands {
            _ if glued => Fate::Perhaps,
            Stands::Current | Stands::Followed => Fate::Unfinished,
            Stands::Over => Fate::Perhaps,
            Stands::Deleted => Fate::Gone,
        };
        unfinished.iter().for_each(|mark| self.model.set(mark, half));
        if half == Fate::Unfinished {
            opened.unfinished.extend(unfinished);
        }
        Ok(())
    }

    fn open_now(&mut self) -> usize {
        let current = self.opened.iter().position(|opened| opened.stands == Stands::Current);
        current.unwrap_or_else(|| {
            let file = fs_err::OpenOptions::new().create(true).read(true).append(true).open(self.wall.content());
            let file = file.unwrap().into_file();
            self.opened.push(Opened { file, stands: Stands::Current, unfinished: Vec::new() });
            self.opened.len() - 1
        })
    }

    /// Returns the bytes to write, the marks of the lines that they complete, and the mark of an unfinished line.
    fn text(&mut self, what: What, rng: &mut Rng) -> (Vec<u8>, Vec<String>, Vec<String>) {
        let mark = self.model.mark('f', Fate::Gone);
        let line = |text: String| (format!("{text}\n").into_bytes(), vec![mark.clone()], Vec::new());
        match what {
            What::Line => line(format!("{mark} from Python")),
            What::End => line(format!(" and {mark}")),
            What::Huge => line(format!("{mark}{}", "x".repeat(rng.usize(15_000..80_000)))),
            What::LikeOurs => line(
                [
                    format!(r#"{{"id":"{mark}","text":"order shipped"}}"#),
                    format!(r#"{{"id":"01KATK5XH8Z6Z7M1T2D3E4F5G6{mark}"#),
                    format!(r#"{{"removes":"{mark}"}}"#),
                    format!(r#"{{"wall":"{mark}","start":0}}"#),
                    format!(r#"["01KATK5XH8Z6Z7M1T2D3E4F5G6",0,"{mark}"]"#),
                ][rng.usize(..5)]
                .clone(),
            ),
            What::Lines => {
                let more = self.model.mark('f', Fate::Gone);
                (format!("{mark}\r\n\n{more}\n").into_bytes(), vec![mark, more], Vec::new())
            }
            What::Half => (format!("{mark} not").into_bytes(), Vec::new(), vec![mark]),
            What::HalfLikeOurs => {
                let half = [r#"{"id":"#, r#"{"removes":""#, r#"{"wall":""#][rng.usize(..3)];
                (format!("{half}{mark}").into_bytes(), Vec::new(), vec![mark])
            }
            What::Bytes => {
                let mut bytes: Vec<u8> = (0..rng.usize(..60)).map(|_| rng.u8(..)).collect();
                bytes.retain(|byte| !b"\n<>".contains(byte));
                bytes.extend_from_slice(format!("{mark}\0\n").as_bytes());
                (bytes, vec![mark], Vec::new())
            }
            What::Blank => (b"\n  \n\0\0\n".to_vec(), Vec::new(), Vec::new()),
        }
    }

    /// Notes that the log is gone, together with its messages and the events that only it contained.
    fn lose(&mut self, keep_open: bool, fate: Fate) {
        let model = &mut self.model;
        model.forget_shown(fate);
        model.doubt_events();
        for opened in self.opened.iter_mut().filter(|opened| opened.stands == Stands::Current) {
            std::mem::take(&mut opened.unfinished).iter().for_each(|mark| model.set(mark, fate));
            opened.stands = Stands::Deleted;
        }
        if !keep_open {
            self.opened.retain(|opened| opened.stands != Stands::Deleted);
        }
        (self.late, self.rewritten) = (None, self.rewritten + 1);
    }

    /// Returns the fate of the lines of a deleted log. If a writer crashed before it replaced the log, the log has a name in
    /// `trash/`, and lines that were appended since then are carried over from there.
    fn fate_of_deleted(&mut self) -> Fate {
        let links = fs_err::metadata(self.wall.content()).map_or(1, |metadata| metadata.nlink());
        if links == 1 {
            return Fate::Gone;
        }
        let shown = self.model.shown.iter().flat_map(|(_, text)| marks(text));
        self.model.torn.extend(shown.collect::<Vec<_>>());
        Fate::Perhaps
    }

    pub(crate) fn delete(&mut self, keep_open: bool) -> Result<(), String> {
        let fate = self.fate_of_deleted();
        if fs_err::remove_file(self.wall.content()).is_ok() {
            self.lose(keep_open, fate);
        }
        Ok(())
    }

    pub(crate) fn truncate(&mut self) -> Result<(), String> {
        let Ok(file) = fs_err::OpenOptions::new().write(true).open(self.wall.content()) else { return Ok(()) };
        file.set_len(0).unwrap();
        self.lose(true, Fate::Gone);
        let inode = file.metadata().unwrap().ino();
        for opened in &mut self.opened {
            if opened.stands == Stands::Deleted && opened.inode() == inode {
                opened.stands = Stands::Current;
            }
        }
        Ok(())
    }

    pub(crate) fn recreate(&mut self) -> Result<(), String> {
        let content = self.content();
        let Some(newline) = content.iter().position(|byte| *byte == b'\n') else { return Ok(()) };
        let (first, rest) = content.split_at(newline + 1);
        let (again, before) = (self.rewrite_marks(rest, None), self.model.shown.clone());
        let fate = self.fate_of_deleted();
        fs_err::remove_file(self.wall.content()).unwrap();
        self.lose(false, fate);
        fs_err::write(self.wall.content(), [first, &again.0].concat()).unwrap();
        marks(&String::from_utf8_lossy(first)).iter().for_each(|mark| self.model.set(mark, Fate::Perhaps));
        self.expect_rewritten(before.into_iter().map(|line| line.1).collect(), &again.1)
    }

    pub(crate) fn edit(&mut self, pick: usize, how: Edit) -> Result<(), String> {
        let before: Vec<String> = self.model.shown.iter().map(|line| line.1.clone()).collect();
        let Some(at) = pick.checked_rem(before.len()) else { return Ok(()) };
        let Some(old) = marks(&before[at]).pop() else { return Ok(()) };
        let content = self.content();
        let (edited, instead) = self.rewrite_marks(&content, Some(&old));
        self.model.doubt_events();
        (self.late, self.rewritten) = (None, self.rewritten + 1);
        if let Edit::NewFile = how {
            self.fate_of_deleted();
            let beside = self.wall.path().join("sed");
            fs_err::write(&beside, edited).unwrap();
            fs_err::rename(beside, self.wall.content()).unwrap();
            for opened in self.opened.iter_mut().filter(|opened| opened.stands == Stands::Current) {
                let half = std::mem::take(&mut opened.unfinished);
                half.iter().for_each(|mark| self.model.set(mark, Fate::Perhaps));
                opened.stands = Stands::Deleted;
            }
        } else {
            let file = fs_err::OpenOptions::new().write(true).open(self.wall.content()).unwrap();
            file.file().write_all_at(&edited, 0).unwrap();
            self.edited = true;
            self.readers.iter_mut().for_each(|reader| reader.stale = true);
        }
        self.expect_rewritten(before, &instead)?;
        if let Edit::InPlaceAndAppend = how { self.append(None, What::Line, 0) } else { Ok(()) }
    }

    /// Replaces the mark `only`, or every mark, by a new one. Returns the bytes and the pairs of old and new marks.
    fn rewrite_marks(&mut self, bytes: &[u8], only: Option<&str>) -> (Vec<u8>, Vec<(String, String)>) {
        let mut found = marks(&String::from_utf8_lossy(bytes));
        found.retain(|mark| only.is_none_or(|only| only == mark) && !mark.starts_with("<e"));
        found.sort_unstable();
        found.dedup();
        let (mut bytes, mut instead) = (bytes.to_vec(), Vec::new());
        for old in found {
            let new = self.model.mark_instead(&old);
            for at in 0..=bytes.len() - old.len() {
                if bytes[at..].starts_with(old.as_bytes()) {
                    bytes[at..at + old.len()].copy_from_slice(new.as_bytes());
                }
            }
            instead.push((old, new));
        }
        (bytes, instead)
    }

    /// Expects that the rewritten log has the same lines as before, except for the marks.
    fn expect_rewritten(&mut self, mut before: Vec<String>, instead: &[(String, String)]) -> Result<(), String> {
        for text in &mut before {
            instead.iter().for_each(|(old, new)| *text = text.replace(old, new));
        }
        let fresh = self.fresh();
        let mut left = before.iter();
        let mut next = left.next();
        for (_, text) in &fresh {
            if next == Some(text) {
                next = left.next();
            } else if marks(text).iter().any(|mark| self.model.fate(mark) != Fate::Perhaps) {
                return Err(format!("{} is shown after a rewrite", &text[..text.floor_char_boundary(80)]));
            }
        }
        if next.is_some() {
            return Err(format!("{next:?} is missing after a rewrite"));
        }
        for mark in fresh.iter().flat_map(|(_, text)| marks(text)) {
            self.model.set(&mark, Fate::Shown);
        }
        self.model.shown = fresh;
        Ok(())
    }
}
