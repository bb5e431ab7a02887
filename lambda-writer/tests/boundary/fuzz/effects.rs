//! A function on a wall, and the messages that its events have added.

use lambda_runtime::Diagnostic;
use serde_json::Value;
use shared_volume::Volume;
use shared_volume::message::{Message, visible};
use shared_volume::wall::{EntryKind, Tail};
use tokio::runtime::Runtime;

use crate::harness::Function;

/// The number of events of a function. Some events close a wall, and no message gets on it any more.
const EVENTS: u32 = 50;

/// The longest refusal, in bytes. JSON may escape each character of it by six bytes.
const MAX_REFUSAL_BYTES: usize = 20_000;

/// A function, and a reader of its wall.
pub(super) struct Stage {
    runtime: Runtime,
    function: Function,
    reader: Tail,
    events: u32,
}

/// The answer to an event, and the messages that it has added.
pub(super) struct Effect {
    pub(super) answer: Result<Value, Diagnostic>,
    pub(super) added: Vec<Message>,
}

impl Stage {
    pub(super) fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (function, reader) = new();
        Self { runtime, function, reader, events: 0 }
    }

    /// Sends an event to the function, or to a new one.
    pub(super) fn send(&mut self, event: &str) -> Effect {
        self.events += 1;
        if self.events.is_multiple_of(EVENTS) {
            (self.function, self.reader) = new();
        }
        let answer = self.runtime.block_on(self.function.invoke_raw(event));
        Effect { answer, added: self.added() }
    }

    /// Sends the last event again, as Lambda repeats it.
    pub(super) fn repeat(&mut self, event: &str) -> Effect {
        let answer = self.runtime.block_on(self.function.invoke_again(event));
        Effect { answer, added: self.added() }
    }

    /// Returns the messages since the last call. The log has nothing that is no record.
    fn added(&mut self) -> Vec<Message> {
        let Some(added) = self.reader.read().unwrap() else { return Vec::new() };
        assert_eq!(added.damaged_lines, 0);
        let message = |kind| match kind {
            EntryKind::Message(message) => Some(message),
            EntryKind::Plain { text, .. } => panic!("the function has written {text:?}"),
            EntryKind::Removal(_) | EntryKind::Label(_) => None,
        };
        added.entries.into_iter().filter_map(|entry| message(entry.kind)).collect()
    }
}

fn new() -> (Function, Tail) {
    let function = Function::in_memory();
    let mut reader = Tail::new(Volume::new(function.path("")).wall(None));
    reader.read().unwrap();
    (function, reader)
}

impl Effect {
    /// Returns true if the event, or a part of it, was refused.
    pub(super) fn is_refused(&self) -> bool {
        self.answer.as_ref().is_ok_and(has_refusal) || self.answer.is_err()
    }

    /// Checks that every message was answered as accepted, and that the answer is one that senders know.
    pub(super) fn check(&self) {
        let answer = match &self.answer {
            Ok(answer) => answer,
            Err(error) => {
                // The volume is healthy, so only an event can be wrong.
                assert!(error.error_type.starts_with("event_"), "{error:?}");
                assert!(self.added.is_empty(), "{error:?}, and {:?} on the wall", self.added);
                return;
            }
        };
        let (status, length) = (answer["statusCode"].as_u64(), answer.to_string().len());
        let is_refusal = answer["error"].is_string() || status.is_some_and(|status| status >= 400);
        assert!(!is_refusal || length < MAX_REFUSAL_BYTES, "a refusal of {length} bytes");
        assert!(status.is_none_or(|status| (200..500).contains(&status)), "{answer}");
        // The answer to a batch names only the messages that failed.
        if !answer["batchItemFailures"].is_array() {
            let named = |message: &Message| is_named(message, answer);
            assert!(self.added.iter().all(named), "{answer}, and {:?} on the wall", self.added);
        }
    }
}

/// Returns true if an answer has a refusal in it: of the event, of an item, or of a message of a batch.
fn has_refusal(answer: &Value) -> bool {
    let any = |items: &Value| items.as_array().is_some_and(|items| items.iter().any(has_refusal));
    let is_failed_batch = answer["batchItemFailures"].as_array().is_some_and(|failures| !failures.is_empty());
    let is_refused = answer["error"].is_string() || answer["statusCode"].as_u64().is_some_and(|status| status >= 400);
    is_refused || is_failed_batch || any(answer) || any(&answer["results"])
}

/// Returns true if an answer accepts a message: by its id, or by its text in a response that is text.
fn is_named(message: &Message, answer: &Value) -> bool {
    let body = answer["body"].as_str().unwrap_or_default();
    let is_accepted = answer["statusCode"].as_u64().is_none_or(|status| status < 400) && !answer["error"].is_string();
    let is_named = answer.to_string().contains(&message.id.to_string()) || body.contains(&*visible(&message.text));
    is_accepted && is_named
}
