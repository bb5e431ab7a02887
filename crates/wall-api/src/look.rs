//! Looks: the function asks the tasks to read the volume now, and learns from them what they serve.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// The longest text of a task in an answer, in characters.
const MAX_CHARS: usize = 200;

/// The largest number of tasks that the sentence for people names.
const MAX_NAMED: usize = 10;

/// The answer of a task to `POST /look`: what it serves after it has read the volume. To `POST /look?wait=false` a task answers 202
/// at once, before it has read anything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Looked {
    /// The id of the task.
    pub task: String,
    /// The cursor up to which it serves the wall.
    pub cursor: String,
    /// The generation of the configuration that it uses.
    pub generation: u64,
    /// The fault of `config.json`, if the task uses an earlier configuration instead.
    pub rejected: Option<String>,
}

/// The tasks that serve the effect of a command, as `wait` asks for it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Applied {
    /// The number of tasks that were found.
    pub tasks: usize,
    /// The number of tasks that serve the effect.
    pub applied: usize,
    /// The time from the write to the last answer, in milliseconds.
    pub took_ms: u64,
    /// The other tasks.
    pub others: Vec<NotApplied>,
}

/// A task that does not serve the effect of a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotApplied {
    /// The address of the task, or the name that has no address.
    pub address: String,
    /// The id of the task, if it has answered.
    pub task: Option<String>,
    /// The state of the task.
    pub state: TaskState,
    /// The reason, for people.
    pub reason: Cow<'static, str>,
}

/// The states of a task that does not serve the effect of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskState {
    /// It refuses the configuration and uses an earlier one.
    Rejected,
    /// It has not read the effect yet.
    Behind,
    /// It did not answer, or answered with an error. It may be starting, ending or cut off from the volume.
    Silent,
}

impl NotApplied {
    /// Creates the entry of a task. Texts of the task are cut to 200 characters, and contain no control characters: they end in
    /// headers and logs.
    #[must_use]
    pub fn new(address: String, task: Option<&str>, state: TaskState, reason: &str) -> Self {
        let short = |text: &str| text.chars().filter(|char| !char.is_control()).take(MAX_CHARS).collect::<String>();
        Self { address, task: task.map(short), state, reason: short(reason).into() }
    }
}

impl fmt::Display for Applied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { tasks, applied, took_ms, others } = self;
        write!(f, "applied by {applied} of {tasks} tasks in {took_ms} ms")?;
        for NotApplied { address, task, reason, .. } in others.iter().take(MAX_NAMED) {
            match task {
                Some(task) => write!(f, "; {address} ({task}): {reason}")?,
                None => write!(f, "; {address}: {reason}")?,
            }
        }
        match others.len().saturating_sub(MAX_NAMED) {
            0 => Ok(()),
            more => write!(f, "; and {more} more"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_reads_which_task_did_not_apply_the_command_and_why() {
        let silent = NotApplied {
            address: "10.0.0.7:8081".to_owned(),
            task: None,
            state: TaskState::Silent,
            reason: "no answer within 2 s".into(),
        };
        let applied = Applied { tasks: 3, applied: 2, took_ms: 2004, others: vec![silent] };
        let text = "applied by 2 of 3 tasks in 2004 ms; 10.0.0.7:8081: no answer within 2 s";
        assert_eq!(applied.to_string(), text);
        assert_eq!(serde_json::to_value(&applied.others[0]).unwrap()["state"], "silent");
    }

    #[test]
    fn what_tasks_say_is_cut_and_only_some_are_named() {
        let long = "x\r\n".repeat(60_000);
        let other = |number| NotApplied::new(format!("10.0.0.{number}:8081"), Some(&long), TaskState::Silent, &long);
        let text = Applied { tasks: 120, applied: 0, took_ms: 3, others: (0..120).map(other).collect() }.to_string();
        assert!(text.ends_with("; and 110 more") && text.len() < 5000 && !text.contains('\n'), "{text}");
    }
}
