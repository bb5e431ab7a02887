//! Looks: the function asks the tasks to read the volume now, and learns from them what they serve.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// The answer of a task to `POST /look`: what it serves after it has read the volume.
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

impl fmt::Display for Applied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { tasks, applied, took_ms, others } = self;
        write!(f, "applied by {applied} of {tasks} tasks in {took_ms} ms")?;
        others.iter().try_for_each(|NotApplied { address, task, reason, .. }| match task {
            Some(task) => write!(f, "; {address} ({task}): {reason}"),
            None => write!(f, "; {address}: {reason}"),
        })
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
}
