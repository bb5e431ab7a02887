//! Shortens a sequence that fails.

use std::time::{Duration, Instant};

use crate::action::Action;
use crate::world;

/// The time for which shorter sequences are tried.
const PATIENCE: Duration = Duration::from_secs(30);

/// Removes actions as long as the sequence still fails without them. Returns the shortest sequence and its problem.
pub(crate) fn shorten(seed: u64, mut actions: Vec<Action>, mut problem: String) -> (Vec<Action>, String) {
    let began = Instant::now();
    let mut length = actions.len().div_ceil(2).max(1);
    loop {
        let before = actions.len();
        let mut at = actions.len();
        while at > 0 && began.elapsed() < PATIENCE {
            let from = at.saturating_sub(length);
            let mut shorter = actions.clone();
            shorter.drain(from..at);
            if let Err(found) = world::run(seed, &shorter) {
                (actions, problem) = (shorter, found);
            }
            at = from.min(actions.len());
        }
        if began.elapsed() >= PATIENCE || (length == 1 && actions.len() == before) {
            return (actions, problem);
        }
        length = (length / 2).max(1);
    }
}
