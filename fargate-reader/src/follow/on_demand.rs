//! Reads the history and measures the volume, between two scans, when a request has asked for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Receiver;

use shared_volume::WallDir;
use shared_volume::config::Published;
use tokio::sync::watch as channel;

use super::configuration::Configuration;
use super::facts::Facts;
use super::handle::Follow;
use super::hint::Hint;
use super::history::HistoryReader;
use super::liveness::Liveness;
use super::measurer::Measurer;
use super::snapshot::History;

/// The ends of the channels at which the results are published.
#[derive(Debug)]
pub(super) struct Publish {
    pub(super) history: channel::Sender<Arc<History>>,
    pub(super) facts: channel::Sender<Arc<Facts>>,
}

/// The readers of what no scan reads.
#[derive(Debug)]
pub(super) struct OnDemand {
    history: HistoryReader,
    history_asked: Arc<AtomicBool>,
    measurer: Measurer,
    facts_asked: Arc<AtomicBool>,
    publish: Publish,
}

impl OnDemand {
    pub(super) fn new(wall: &WallDir, follow: &Follow, publish: Publish, running: Arc<Published>) -> Self {
        Self {
            history: HistoryReader::new(wall.clone(), running),
            history_asked: Arc::clone(&follow.history_asked),
            measurer: Measurer::new(wall.clone()),
            facts_asked: Arc::clone(&follow.facts_asked),
            publish,
        }
    }

    /// Reads what was asked for, step by step, until there is a hint. Returns the hint.
    pub(super) fn read(
        &mut self,
        liveness: &Liveness,
        hints: &Receiver<Hint>,
        configuration: &Configuration,
        published: u64,
    ) -> Option<Hint> {
        self.read_history(liveness, hints, configuration).or_else(|| self.measure(liveness, hints, published))
    }

    fn read_history(
        &mut self,
        liveness: &Liveness,
        hints: &Receiver<Hint>,
        configuration: &Configuration,
    ) -> Option<Hint> {
        let is_asked = self.history_asked.swap(false, Ordering::SeqCst);
        if is_asked {
            let Configuration { running, rejected, .. } = configuration;
            liveness.during(|| self.history.look(running, rejected.clone()));
        }
        let is_reading = is_asked || self.history.has_more();
        let mut hint = None;
        while hint.is_none() && self.history.has_more() {
            liveness.during(|| self.history.read_next());
            hint = hints.try_recv().ok();
        }
        if is_reading {
            self.publish.history.send_replace(Arc::new(self.history.history()));
        }
        hint
    }

    fn measure(&mut self, liveness: &Liveness, hints: &Receiver<Hint>, published: u64) -> Option<Hint> {
        let is_asked = self.facts_asked.swap(false, Ordering::SeqCst);
        if is_asked {
            liveness.during(|| self.measurer.begin(published));
        }
        let is_measuring = is_asked || self.measurer.has_more();
        let mut hint = None;
        while hint.is_none() && self.measurer.has_more() {
            liveness.during(|| self.measurer.advance());
            hint = hints.try_recv().ok();
        }
        if is_measuring {
            self.publish.facts.send_replace(Arc::new(self.measurer.facts()));
        }
        hint
    }
}
