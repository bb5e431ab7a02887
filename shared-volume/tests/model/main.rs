//! Random sequences of everything that may happen to a volume, against a simple model of what must be there.
//!
//! `cargo test -p shared-volume --test model` runs some hundreds of sequences. A long run, or one sequence again:
//!
//! ```sh
//! MODEL_SEQUENCES=100000 cargo test -p shared-volume --test model
//! MODEL_SEED=42 MODEL_SEQUENCES=1 cargo test -p shared-volume --test model
//! ```

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
#![expect(clippy::print_stderr, reason = "a failure comes with its seed and its story")]

mod follower;
mod foreign;
mod model;
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::world::World;

/// How many things happen in one sequence.
const STEPS: usize = 40;

fn from_environment(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{name}: {text:?}")))
}

#[test]
fn whatever_happens_in_whatever_order_nothing_is_lost_and_nothing_is_doubled() {
    let (first, sequences) = (from_environment("MODEL_SEED", 1), from_environment("MODEL_SEQUENCES", 1500));
    std::thread::scope(|scope| {
        for thread in 0..2 {
            scope.spawn(move || (first..first + sequences).filter(|seed| seed % 2 == thread).for_each(run));
        }
    });
}

fn run(seed: u64) {
    let mut world = World::new(seed);
    let outcome = catch_unwind(AssertUnwindSafe(|| (0..STEPS).for_each(|_| world.step())));
    if let Err(cause) = outcome {
        eprintln!("MODEL_SEED={seed}; it went so:\n  {}", world.story.join("\n  "));
        std::panic::resume_unwind(cause);
    }
}
