//! The follower: the thread that decides. It never touches the source.

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError};

use tokio::sync::oneshot;

use super::courier::Job;
use super::placing::Placing;
use super::times::Times;
use super::wake::{Answer, Outcome, Wake};
use super::wanted::{Wanted, order};
use super::watching::Watching;
use crate::board::Board;
use crate::fault::{Fault, Kind, shown};
use crate::settings::{Mirror, WithoutSource};
use crate::source::{self, Copied, Known, Survey};
use crate::target::Target;
use crate::tell::Telling;

/// The thread of a mirror.
pub(super) struct Follower {
    mirror: Mirror,
    board: Board,
    placing: Placing,
    once: bool,
    courier: mpsc::Sender<Job>,
    target: Option<Target>,
    wanted: Option<Wanted>,
    /// Those who wait for the next look, and for the one under way.
    waiting: Vec<oneshot::Sender<()>>,
    served: Vec<oneshot::Sender<()>>,
    times: Times,
    known: Arc<Known>,
    /// The source as it was copied last, if a change since would certainly show, and what came of it.
    survey: Option<(Survey, Outcome)>,
    /// The source has answered since the start.
    was_seen: bool,
}

impl Follower {
    pub(super) fn new(mirror: Mirror, board: Board, telling: Telling, once: bool, courier: mpsc::Sender<Job>) -> Self {
        Self {
            mirror,
            board,
            placing: Placing::new(telling),
            once,
            courier,
            target: None,
            wanted: Some(Wanted::Hinted),
            waiting: Vec::new(),
            served: Vec::new(),
            times: Times::default(),
            known: Arc::default(),
            survey: None,
            was_seen: false,
        }
    }

    /// Follows the source until there is a reason to end.
    pub(super) fn run(mut self, woken: &mpsc::Receiver<Wake>, hints: mpsc::Sender<Wake>) -> Outcome {
        // What an earlier process has put in place serves while the source is missing or silent.
        if let Some(is_file) = Target::kind_in_place(&self.mirror) {
            self.open_target(is_file)?;
        }
        self.send_courier();
        let mut watching = if self.once { None } else { Watching::start(&self.mirror, hints, &self.board) };
        loop {
            if let Some(ended) = self.wait(woken) {
                return ended;
            }
            self.send_courier();
            if let Some(watching) = &mut watching {
                watching.watch();
                watching.adapt(self.board.status().files);
            }
            self.maintain();
        }
    }

    /// Waits for the next wake-up and handles it.
    fn wait(&mut self, woken: &mpsc::Receiver<Wake>) -> Option<Outcome> {
        match woken.recv_timeout(self.times.sleep(&self.mirror, self.placing.retry.at())) {
            Ok(wake) => {
                let mut ended = self.wake(wake);
                // A burst of events is one look.
                while let (None, Ok(wake)) = (&ended, woken.try_recv()) {
                    ended = self.wake(wake);
                }
                ended.or_else(|| self.pass_time())
            }
            Err(RecvTimeoutError::Timeout) => self.pass_time(),
            Err(RecvTimeoutError::Disconnected) => Some(Ok(())),
        }
    }

    fn wake(&mut self, wake: Wake) -> Option<Outcome> {
        match wake {
            Wake::Hint => self.want(Wanted::Hinted),
            Wake::Look(sender) => {
                self.waiting.push(sender);
                self.want(Wanted::Announced);
            }
            Wake::Back(answer) => return self.back(*answer),
        }
        None
    }

    fn want(&mut self, wanted: Wanted) {
        self.wanted = self.wanted.max(Some(wanted));
    }

    /// Handles the passing of time.
    fn pass_time(&mut self) -> Option<Outcome> {
        let is_watcher_kept = self.board.silent_for().is_some();
        if self.times.is_silent(&self.mirror) || is_watcher_kept && self.times.is_courier_away() {
            let text = format!(
                "{}: the mount has not answered for {} s",
                shown(&self.mirror.from),
                self.mirror.silent_after.as_secs()
            );
            self.served.clear();
            self.waiting.clear();
            return self.failed(Fault::new(Kind::SourceSilent, text));
        }
        // The courier finds out if the mount keeps everybody.
        if self.times.is_look_due() || is_watcher_kept {
            self.want(Wanted::Regular);
        }
        None
    }

    /// Sends the courier if a look is wanted and he is here.
    fn send_courier(&mut self) {
        if self.times.is_courier_away() {
            return;
        }
        let Some(wanted) = self.wanted.take() else { return };
        self.times.looks(&self.mirror, self.board.status().files);
        let job = match &mut self.target {
            None => Job::probe(&self.mirror),
            Some(target) => match target.staging() {
                Ok(staged) => {
                    let base = target.base().map(|base| (base, Arc::clone(&self.known)));
                    let order = order(&self.mirror, staged, base, wanted);
                    let last = self.survey.as_ref().filter(|_| wanted == Wanted::Regular);
                    Job::Copy { order, unless: last.map(|(survey, _)| survey.clone()) }
                }
                Err(fault) => {
                    self.report(&fault);
                    return self.times.retry.again();
                }
            },
        };
        self.served.append(&mut self.waiting);
        self.times.courier_leaves();
        if self.courier.send(job).is_err() {
            tracing::error!("courier_gone");
        }
    }

    /// Handles the answer of the courier.
    fn back(&mut self, answer: Answer) -> Option<Outcome> {
        self.times.courier_is_back();
        let ended = match answer {
            Answer::IsFile(Ok(is_file)) => {
                // A default may have opened it while the mount was silent.
                let opened = if self.target.is_some() { Ok(()) } else { self.open_target(is_file) };
                return match opened {
                    Ok(()) => {
                        // Those who wait do so for the copy.
                        self.waiting.append(&mut self.served);
                        self.want(if self.waiting.is_empty() { Wanted::Hinted } else { Wanted::Announced });
                        None
                    }
                    Err(fault) => Some(Err(fault)),
                };
            }
            Answer::IsFile(Err(fault)) | Answer::Copied(Err(fault)) => self.failed(fault),
            Answer::Unchanged => self.unchanged(),
            Answer::Copied(Ok(copied)) => self.copied(copied),
        };
        self.board.update(|state| state.looks += 1);
        // The senders are dropped, which tells those who wait.
        self.served.clear();
        ended
    }

    fn copied(&mut self, mut copied: Copied) -> Option<Outcome> {
        self.was_seen = true;
        let Some(target) = &mut self.target else { return None };
        if let Some(fault) = target.kind_fault(&self.mirror, copied.is_file) {
            target.discard(&copied.staged);
            return self.failed(fault);
        }
        let placed = self.placing.place(&self.mirror, target, &self.board, &copied, false);
        // A failure that may pass says nothing of the next try.
        let lasts = copied.is_settled && placed.as_ref().err().is_none_or(Fault::is_refusal);
        self.survey = lasts.then(|| (std::mem::take(&mut copied.survey), placed.clone()));
        match placed {
            Ok(()) => {
                self.known = Arc::new(copied.known);
                self.current()
            }
            Err(fault) => self.failed(fault),
        }
    }

    /// The source is as it was when it was copied last.
    fn unchanged(&mut self) -> Option<Outcome> {
        match self.survey.as_ref().map(|(_, outcome)| outcome.clone()) {
            Some(Err(fault)) => self.failed(fault),
            _ => self.current(),
        }
    }

    /// The source is in place.
    fn current(&mut self) -> Option<Outcome> {
        self.times.retry.succeeded();
        self.board.update(|state| {
            if let Some(fault) = state.fault.take() {
                tracing::info!(to = state.to, was = fault.kind, "source_in_place_again");
            }
        });
        if let Some(target) = &mut self.target {
            self.placing.tell(&self.mirror, target, &self.board);
        }
        if self.once {
            let told = self.board.status().told_fault;
            return Some(told.map_or(Ok(()), |reason| Err(Fault::new(Kind::CheckFailed, reason))));
        }
        None
    }

    fn failed(&mut self, fault: Fault) -> Option<Outcome> {
        self.report(&fault);
        // While the mount is silent the courier is away, and his answer decides.
        if !fault.is_refusal() && fault.kind != Kind::SourceSilent {
            self.times.retry.again();
        }
        if let Some(target) = self.target.as_mut().filter(|_| fault.kind == Kind::TargetFull) {
            // The next try has the room of the old generations.
            target.sweep(true);
        }
        let is_missing = matches!(fault.kind, Kind::SourceMissing | Kind::SourceSilent);
        if is_missing && !self.was_seen {
            match &self.mirror.without_source {
                WithoutSource::Fail => return Some(Err(fault)),
                WithoutSource::Default(path) if !self.board.is_ready() => {
                    let path = path.clone();
                    if let Err(fault) = self.place_default(&path) {
                        return Some(Err(fault));
                    }
                }
                _ => {}
            }
        }
        self.once.then_some(Err(fault))
    }

    /// Puts the default in place. It is part of the image, so a fault of it lasts.
    fn place_default(&mut self, path: &Path) -> Result<(), Fault> {
        if self.target.is_none() {
            self.open_target(source::is_file(path, None)?)?;
        }
        match &mut self.target {
            Some(target) => self.placing.place_default(&self.mirror, target, &self.board, path),
            None => Ok(()),
        }
    }

    fn report(&self, fault: &Fault) {
        if self.board.fail(fault) {
            let (from, to, reason) = (shown(&self.mirror.from), shown(&self.mirror.to), &fault.reason);
            let message = if fault.is_refusal() { "refused" } else { "not_mirrored" };
            tracing::warn!(from, to, fault = fault.kind.name(), reason, "{message}");
        }
    }

    fn open_target(&mut self, is_file: bool) -> Result<(), Fault> {
        let mut target = Target::open(&self.mirror, is_file)?;
        self.placing.take_over(&mut target, &self.board);
        self.target = Some(target);
        Ok(())
    }

    /// Does what is due and needs no source.
    fn maintain(&mut self) {
        let Some(target) = &mut self.target else { return };
        if self.placing.retry.is_due() {
            self.placing.tell(&self.mirror, target, &self.board);
        }
        self.times.sweep_in(target.sweep(false));
    }
}
