//! Ends the process if a run hangs.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use super::input::Input;
use super::report::shown;

/// The longest time of one run. It is generous: on a machine that is busy, a run waits for the processor.
const LONGEST: Duration = Duration::from_secs(30);

/// A thread that looks at the run.
#[derive(Debug)]
pub(super) struct Watchdog {
    running: Arc<Mutex<Option<(Instant, Input)>>>,
}

/// A run. It ends when this is dropped.
#[derive(Debug)]
pub(super) struct Running<'a> {
    watchdog: &'a Watchdog,
    begun: Instant,
}

impl Watchdog {
    pub(super) fn start(name: &'static str, seed: u64) -> Self {
        let running = Arc::default();
        let watched = Arc::downgrade(&running);
        std::thread::spawn(move || watch(&watched, name, seed));
        Self { running }
    }

    pub(super) fn watch(&self, input: &Input) -> Running<'_> {
        let begun = Instant::now();
        *self.running.lock().unwrap_or_else(PoisonError::into_inner) = Some((begun, input.clone()));
        Running { watchdog: self, begun }
    }
}

impl Running<'_> {
    pub(super) fn elapsed(&self) -> Duration {
        self.begun.elapsed()
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        *self.watchdog.running.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

fn watch(running: &Weak<Mutex<Option<(Instant, Input)>>>, name: &str, seed: u64) {
    while let Some(running) = running.upgrade() {
        if let Some((begun, input)) = &*running.lock().unwrap_or_else(PoisonError::into_inner)
            && begun.elapsed() > LONGEST
        {
            let limit = LONGEST.as_secs();
            let message = format!("FUZZ_SEED={seed}: {name}: hangs for more than {limit} s\n{}\n", shown(input));
            // The test runner collects what `eprint` prints, and would lose it.
            drop(std::io::stderr().write_all(message.as_bytes()));
            std::process::exit(101);
        }
        drop(running);
        std::thread::sleep(Duration::from_millis(200));
    }
}
