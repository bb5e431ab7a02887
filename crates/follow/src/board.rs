//! The board: what each mirror is doing, for `/status`, `/ready` and `/metrics`.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use nfs_watcher::Handle;
use serde::Serialize;

use crate::fault::{Fault, shown};
use crate::settings::Mirror;
use crate::target::InPlace;

/// The state of one mirror, which others read while its thread hangs.
#[derive(Debug, Clone)]
pub(crate) struct Board(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    state: Mutex<MirrorStatus>,
    watcher: Mutex<Option<Handle>>,
    silent_after: Duration,
}

/// The state of one mirror.
#[derive(Debug, Clone, Default, Serialize)]
pub(crate) struct MirrorStatus {
    pub(crate) from: String,
    pub(crate) to: String,
    /// The generation in place, or 0 if there is none.
    pub(crate) generation: u64,
    pub(crate) digest: Option<String>,
    /// The generation that the envelope of the source names.
    pub(crate) source_generation: Option<u64>,
    pub(crate) put_in_place_at_ms: Option<u64>,
    /// The generation in place is the default, because there was no source.
    pub(crate) is_default: bool,
    pub(crate) files: usize,
    pub(crate) bytes: u64,
    /// The reason why the source is not in place, if it is not.
    pub(crate) fault: Option<FaultStatus>,
    /// The program was told of the generation in place.
    pub(crate) is_told: bool,
    /// The reason why the program could not be told.
    pub(crate) told_fault: Option<String>,
    /// The time for which the mount has not answered.
    pub(crate) silent_ms: u64,
    pub(crate) looks: u64,
    pub(crate) put_in_place: u64,
    pub(crate) refused: u64,
    pub(crate) failed: u64,
    pub(crate) tell_failures: u64,
}

/// A fault that lasts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct FaultStatus {
    pub(crate) kind: &'static str,
    pub(crate) reason: String,
    pub(crate) is_refusal: bool,
    pub(crate) since_ms: u64,
}

impl Board {
    pub(crate) fn new(mirror: &Mirror) -> Self {
        let state = MirrorStatus { from: shown(&mirror.from), to: shown(&mirror.to), ..MirrorStatus::default() };
        Self(Arc::new(Shared {
            state: Mutex::new(state),
            watcher: Mutex::default(),
            silent_after: mirror.silent_after,
        }))
    }

    /// Returns the state now.
    pub(crate) fn status(&self) -> MirrorStatus {
        let mut status = self.state().clone();
        status.silent_ms = self.silent_for().map_or(0, millis);
        status
    }

    /// Returns the time for which the mount has not answered the watcher, if it is too long.
    pub(crate) fn silent_for(&self) -> Option<Duration> {
        let watcher = self.0.watcher.lock().unwrap_or_else(PoisonError::into_inner);
        watcher.as_ref().map(Handle::silent_for).filter(|silent| *silent >= self.0.silent_after)
    }

    /// Returns true if a generation is in place.
    pub(crate) fn is_ready(&self) -> bool {
        self.state().generation > 0
    }

    pub(crate) fn update(&self, change: impl FnOnce(&mut MirrorStatus)) {
        change(&mut self.state());
    }

    pub(crate) fn watched_by(&self, watcher: Handle) {
        *self.0.watcher.lock().unwrap_or_else(PoisonError::into_inner) = Some(watcher);
    }

    /// Shows the generation in place.
    pub(crate) fn show(&self, in_place: &InPlace) {
        self.update(|state| {
            state.generation = in_place.number;
            state.digest = Some(in_place.digest.to_string());
            state.source_generation = in_place.source_generation;
            state.is_told = in_place.is_told;
        });
    }

    /// Shows a fault. Returns true if it is a new one.
    pub(crate) fn fail(&self, fault: &Fault) -> bool {
        let mut state = self.state();
        let same = state.fault.as_ref().is_some_and(|old| old.kind == fault.kind.name() && old.reason == fault.reason);
        if !same {
            let is_refusal = fault.is_refusal();
            *(if is_refusal { &mut state.refused } else { &mut state.failed }) += 1;
            let reason = fault.reason.clone();
            state.fault = Some(FaultStatus { kind: fault.kind.name(), reason, is_refusal, since_ms: now_ms() });
        }
        !same
    }

    fn state(&self) -> MutexGuard<'_, MirrorStatus> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns the milliseconds since 1970.
pub(crate) fn now_ms() -> u64 {
    millis(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
}

pub(crate) fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
