//! Several commands in one lock cycle.

use std::collections::HashSet;
use std::time::Instant;

use shared_volume::wall::Cycle;

use super::{Write, Written, flush};
use crate::error::{Failure, Problem};
use crate::invocation::Invocation;

/// One of several commands.
#[derive(Debug)]
pub(crate) struct Step {
    /// The group in which the order matters: after a failure, the later commands of the group are not applied.
    pub(crate) group: Option<String>,
    /// The command, or the reason why it could not be parsed.
    pub(crate) write: Result<Write, Failure>,
}

/// The results of several commands.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    /// One result for each command, in their order. `None` if the command was not applied, for the reason `stopped`.
    pub(crate) results: Vec<Option<Result<Written, Failure>>>,
    /// The transient failure that ended the lock cycle.
    pub(crate) stopped: Option<Failure>,
}

/// Applies commands in their order. A command that is refused does not keep the others from being applied.
pub(crate) async fn batch(invocation: &Invocation<'_>, steps: Vec<Step>) -> Answers {
    let count = steps.len();
    let apply = move |cycle: &mut Cycle<'_>, enough| Ok(apply(cycle, steps, enough));
    let answers = invocation.execute_cycle("batch", apply).await;
    answers.unwrap_or_else(|failure| Answers { results: none(count), stopped: Some(failure) })
}

fn none(count: usize) -> Vec<Option<Result<Written, Failure>>> {
    std::iter::repeat_with(|| None).take(count).collect()
}

fn apply(cycle: &mut Cycle<'_>, steps: Vec<Step>, enough: Instant) -> Answers {
    let mut run = Run { cycle, answers: Answers::default(), collected: Vec::new(), failed_groups: HashSet::new() };
    let count = steps.len();
    for step in steps {
        if Instant::now() >= enough {
            let message = "the time of this invocation is up; the remaining commands were not applied";
            run.answers.stopped = Some(Failure::event(Problem::TimeUp, message));
        }
        if run.answers.stopped.is_some() {
            break;
        }
        run.step(step);
    }
    run.finish();
    run.answers.results.resize_with(count, || None);
    run.answers
}

/// The state of a batch.
struct Run<'a, 'cycle> {
    cycle: &'a mut Cycle<'cycle>,
    answers: Answers,
    /// The places of the commands whose effect is not durable yet.
    collected: Vec<usize>,
    failed_groups: HashSet<String>,
}

impl Run<'_, '_> {
    fn step(&mut self, Step { group, write }: Step) {
        if group.as_ref().is_some_and(|group| self.failed_groups.contains(group)) {
            let message = "an earlier command of the same group failed";
            self.answers.results.push(Some(Err(Failure::event(Problem::GroupStopped, message))));
            return;
        }
        match write.and_then(|write| self.apply(write)) {
            Err(failure) if failure.is_transient() => {
                self.stop(failure);
                self.answers.results.push(None);
            }
            result => {
                if result.is_err() {
                    self.failed_groups.extend(group);
                }
                self.answers.results.push(Some(result));
            }
        }
    }

    fn apply(&mut self, write: Write) -> Result<Written, Failure> {
        if write.is_collected() {
            self.collected.push(self.answers.results.len());
        } else {
            flush(self.cycle)?;
            self.collected.clear();
        }
        write.apply(self.cycle)
    }

    fn finish(&mut self) {
        if self.collected.is_empty() {
            return;
        }
        match flush(self.cycle) {
            Ok(()) => self.collected.clear(),
            Err(failure) => self.stop(failure),
        }
    }

    /// Ends the batch. Commands whose effect is not durable count as not applied.
    fn stop(&mut self, failure: Failure) {
        for place in std::mem::take(&mut self.collected) {
            self.answers.results.get_mut(place).into_iter().for_each(|result| *result = None);
        }
        self.answers.stopped = Some(failure);
    }
}
