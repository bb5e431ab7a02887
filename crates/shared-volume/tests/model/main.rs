//! Random sequences of actions on a wall, compared with a simple model of its contents.
//!
//! Several writers with their own caches post, retry, remove, clear and configure. Other programs, which do not know the
//! contract, append, edit, truncate and delete. Writers crash between two system calls, readers start and stop, and browsers
//! reconnect. After every action, the messages of a new reader are compared with the model. At the end, every accepted
//! message must be on the wall once.
//!
//! The seed determines the sequence. A sequence that fails is shortened as long as it still fails, and printed.
//!
//! | environment variable | meaning | default |
//! |---|---|---|
//! | `MODEL_SEQUENCES` | the number of sequences | 2000 |
//! | `MODEL_SEED` | the seed of the first sequence; each further one has the next number | 1 |
//! | `MODEL_ACTIONS` | the largest number of actions in a sequence | 40 |
//! | `MODEL_RESTORE` | if set, sequences also restore logs from `trash/` | not set |
//!
//! `MODEL_SEED=4711 MODEL_SEQUENCES=1 cargo test -p shared-volume --test model` runs one sequence again;
//! `MODEL_SEED=$RANDOM MODEL_SEQUENCES=1000000` runs new ones.

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
fn every_accepted_message_is_on_the_wall_once_after_random_actions() {
    let (first, sequences) = (setting("MODEL_SEED", 1), setting("MODEL_SEQUENCES", 2000));
    let longest = usize::try_from(setting("MODEL_ACTIONS", 40)).unwrap();
    for seed in first..first.saturating_add(sequences) {
        let actions = Action::sequence(seed, longest);
        if let Err(problem) = world::run(seed, &actions) {
            let (shortest, problem) = shorten::shorten(seed, actions, problem);
            let actions: Vec<String> = shortest.iter().map(|action| format!("  {action:?}")).collect();
            panic!("MODEL_SEED={seed} MODEL_ACTIONS={longest}: {problem}\nafter\n{}", actions.join("\n"));
        }
    }
}
