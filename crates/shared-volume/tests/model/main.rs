//! Random sequences of everything that may happen to a wall, held against a simple model of what must be there.
//!
//! Several writers with their own caches post, retry, remove, clear and configure; programs that know nothing of the
//! contract append, edit, truncate and delete; writers die and leave the states that a crash can leave; readers come and
//! go, and browsers reconnect. After every action, what a fresh reader shows is compared with the model, and at the end
//! everything that was ever accepted must be there, once.
//!
//! A sequence follows from its seed. When one fails, it is shortened as far as it still fails, and printed.
//!
//! | environment variable | | default |
//! |---|---|---|
//! | `MODEL_SEQUENCES` | how many sequences run | 2000 |
//! | `MODEL_SEED` | the seed of the first one; the others follow | 1 |
//! | `MODEL_ACTIONS` | the longest sequence | 40 |
//!
//! `MODEL_SEED=4711 MODEL_SEQUENCES=1 cargo test -p shared-volume --test model` runs one sequence again;
//! `MODEL_SEED=$RANDOM MODEL_SEQUENCES=1000000` looks for new ones.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod action;
mod crash;
mod foreign;
mod model;
mod readers;
mod shorten;
mod world;
mod writers;

use action::Action;

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |value| value.parse().unwrap())
}

#[test]
fn whatever_happens_to_a_wall_everything_accepted_is_there_once() {
    let (first, sequences) = (setting("MODEL_SEED", 1), setting("MODEL_SEQUENCES", 2000));
    let longest = usize::try_from(setting("MODEL_ACTIONS", 40)).unwrap();
    for seed in first..first.saturating_add(sequences) {
        let actions = Action::sequence(seed, longest);
        if let Err(problem) = world::run(seed, &actions) {
            let (shortest, problem) = shorten::shorten(seed, actions, problem);
            let told: Vec<String> = shortest.iter().map(|action| format!("  {action:?}")).collect();
            panic!("MODEL_SEED={seed} MODEL_ACTIONS={longest}: {problem}\nafter\n{}", told.join("\n"));
        }
    }
}
