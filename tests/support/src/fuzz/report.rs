//! The number of runs, and the inputs that fail.

use std::time::{Duration, Instant};

use super::input::Input;
use super::verdict::Verdict;

/// The number of bytes of an input that are printed, at its beginning and at its end.
const SHOWN_BYTES: usize = 2000;

/// The number of runs from which the inputs must be mixed.
const MIXED_FROM: u64 = 1000;

/// The runs of a fuzzer so far.
#[derive(Debug)]
pub(super) struct Report {
    name: &'static str,
    seed: u64,
    begun: Instant,
    accepted: u64,
    refused: u64,
    longest: Duration,
}

impl Report {
    pub(super) fn begin(name: &'static str, seed: u64) -> Self {
        Self { name, seed, begun: Instant::now(), accepted: 0, refused: 0, longest: Duration::ZERO }
    }

    pub(super) fn count(&mut self, verdict: Verdict, took: Duration) {
        match verdict {
            Verdict::Accepted => self.accepted += 1,
            Verdict::Refused => self.refused += 1,
        }
        self.longest = self.longest.max(took);
    }

    /// Prints a line for people.
    ///
    /// # Panics
    /// Panics if the inputs were not mixed.
    #[expect(clippy::print_stdout, reason = "a long run is started for its numbers")]
    pub(super) fn print(self, grown: u64) {
        let Self { name, seed, begun, accepted, refused, longest } = self;
        let (runs, seconds) = (accepted + refused, begun.elapsed().as_secs_f64());
        println!(
            "fuzzed {name}: {runs} runs from FUZZ_SEED={seed} in {seconds:.1} s: {accepted} accepted, {refused} refused; the \
             longest run took {} ms, the memory grew by {} MiB",
            longest.as_millis(),
            grown >> 20,
        );
        let are_mixed = accepted > 0 && refused > 0;
        assert!(are_mixed || runs < MIXED_FROM, "{name}: the inputs are not mixed");
    }
}

/// Returns an input for people: its bytes as Rust writes them, and its choices.
pub(super) fn shown(input: &Input) -> String {
    let (bytes, length) = (&input.bytes, input.bytes.len());
    let whole = format!("{:?}", input.choices());
    if length <= 2 * SHOWN_BYTES {
        return format!("b\"{}\" ({length} bytes, choices {whole})", bytes.escape_ascii());
    }
    let (begin, end) = (bytes[..SHOWN_BYTES].escape_ascii(), bytes[length - SHOWN_BYTES..].escape_ascii());
    format!("b\"{begin}\" ... b\"{end}\" ({length} bytes, choices {whole})")
}
