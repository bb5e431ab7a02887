//! Fuzzers: many damaged inputs for one parser of bytes from outside.
//!
//! A fuzzer takes valid inputs as seeds, damages them (`mutation`, and `tree` for JSON), and passes each result to a
//! check. Some inputs are arbitrary bytes. The check panics unless its statements hold, and answers with a [`Verdict`]. The
//! fuzzer itself demands that no run hangs, that the memory of the parser stays bounded, and that the inputs are mixed: a
//! fuzzer whose inputs are all refused tests only the first line of a parser.
//!
//! `proptest` generates and shortens the inputs. The seed determines all inputs. A failure prints the seed and the shortest
//! input that fails. No file is written.
//!
//! | environment variable | meaning | default |
//! |---|---|---|
//! | `FUZZ_RUNS` | the number of inputs of each fuzzer | 10000 |
//! | `FUZZ_SEED` | the seed | 1 |

mod corpus;
mod form;
mod input;
mod mutation;
mod odd;
mod peak;
mod report;
mod tree;
mod verdict;
mod watchdog;

use std::cell::RefCell;
use std::path::PathBuf;

use proptest::test_runner::{Config, RngSeed, TestError, TestRunner};

use corpus::Corpus;
use peak::Peak;
use report::{Report, shown};
use watchdog::Watchdog;

pub use form::form_text;
pub use input::Input;
pub use verdict::Verdict;

/// The number of inputs of each fuzzer, without `FUZZ_RUNS`.
const RUNS: u32 = 10_000;

/// The number of attempts to shorten an input that fails.
const MAX_SHRINKS: u32 = 3000;

/// The longest time to shorten an input that fails, in milliseconds.
const MAX_SHRINK_MS: u32 = 60_000;

/// The longest reason of a failure, in characters.
const MAX_REASON_CHARS: usize = 2000;

/// A fuzzer of one parser.
#[derive(Debug)]
pub struct Fuzzer {
    name: &'static str,
    corpus: Corpus,
    peak: Peak,
}

impl Fuzzer {
    /// Returns a fuzzer with this name and these valid inputs.
    #[must_use]
    pub fn new<T: Into<Vec<u8>>>(name: &'static str, seeds: impl IntoIterator<Item = T>) -> Self {
        let seeds = seeds.into_iter().map(Into::into).collect();
        Self { name, corpus: Corpus::new(seeds), peak: Peak::of_this_process() }
    }

    /// Adds texts that are inserted into inputs: the words of the parser.
    #[must_use]
    pub fn words<T: Into<Vec<u8>>>(mut self, words: impl IntoIterator<Item = T>) -> Self {
        self.corpus.add_words(words.into_iter().map(Into::into));
        self
    }

    /// Watches the memory of the process `pid`, which runs the parser, in place of this one. Its peak may grow by `bytes`.
    #[must_use]
    pub fn within(self, pid: u32, bytes: u64) -> Self {
        Self { peak: Peak::of(pid, bytes), ..self }
    }

    /// Checks all inputs, and prints a line with their number.
    ///
    /// # Panics
    /// Panics as `check` does, with the shortest input for which it panics, or if the inputs are not mixed.
    pub fn run(self, check: impl FnMut(&Input) -> Verdict) {
        let (runs, seed) = (setting("FUZZ_RUNS", u64::from(RUNS)), setting("FUZZ_SEED", 1));
        let config = Config {
            cases: u32::try_from(runs).unwrap_or(u32::MAX),
            failure_persistence: None,
            max_shrink_iters: MAX_SHRINKS,
            max_shrink_time: MAX_SHRINK_MS,
            rng_seed: RngSeed::Fixed(seed),
            ..Config::default()
        };
        let (watchdog, peak) = (Watchdog::start(self.name, seed), self.peak.begin());
        let state = RefCell::new((check, Report::begin(self.name, seed)));
        let one = |input: Input| {
            let (check, report) = &mut *state.borrow_mut();
            let running = watchdog.watch(&input);
            let verdict = check(&input);
            report.count(verdict, running.elapsed());
            Ok(())
        };
        let result = TestRunner::new(config).run(&input::inputs(self.corpus), one);
        let (mut check, report) = state.into_inner();
        if let Err(error) = result {
            fail(self.name, &format!("FUZZ_SEED={seed} FUZZ_RUNS={runs}"), error, &mut check);
        }
        report.print(peak.check(self.name));
    }
}

/// Fails the test with the shortest input.
#[expect(clippy::print_stderr, reason = "a test fails by panicking, and the test runner shows its output")]
fn fail(name: &str, again: &str, error: TestError<Input>, check: &mut impl FnMut(&Input) -> Verdict) -> ! {
    let reason = match error {
        TestError::Abort(reason) => reason,
        TestError::Fail(reason, input) => {
            eprintln!("{again} fails: {name}, shortened to\n{}", shown(&input));
            // The panics of all longer inputs were silent. This one shows its place.
            check(&input);
            reason
        }
    };
    panic!("{again} fails: {name}: {}", reason.message().chars().take(MAX_REASON_CHARS).collect::<String>());
}

/// Returns a directory in memory, in which files are durable at once, or that for temporary files if there is none.
#[must_use]
pub fn memory() -> PathBuf {
    let memory = PathBuf::from("/dev/shm");
    if memory.is_dir() { memory } else { std::env::temp_dir() }
}

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}
