//! Compares the constants of this crate with `contract.json`.

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use clap::{Args, Command, FromArgMatches};
use serde_json::{Value, json};
use shared_volume::DEFAULT_RETRY_WINDOW;
use shared_volume::message::{MAX_AUTHOR_CHARS, MAX_EVENT_BYTES};
use wall_api::MAX_REPLY_BYTES;

use crate::error::{Failure, Problem};
use crate::events::{
    CONFIG_CHANGE, CONFIG_ROLLBACK, DEPLOYED, FILE_PUBLICATION, FILE_ROLLBACK, MESSAGE_POSTED, OBJECT_CREATED,
    OBJECT_DELETED, OPERATIONS, PARAMETER_CHANGE, SCHEDULED, SOURCE, refused_for_good,
};
use crate::invocation::{LOCK_WAIT, REPLY_RESERVE, VOLUME_TIMEOUT, lock_wait, volume_wait};
use crate::settings::Arguments;
use crate::sources::{Followed, MAX_DOCUMENT_BYTES, Sources};
use crate::tasks::{APPLIED_TIMEOUT, POKE_TIMEOUT};

fn contract() -> Value {
    serde_json::from_str(include_str!("../../contract.json")).unwrap()
}

/// Returns a time of the contract.
fn time(name: &str) -> Duration {
    Duration::from_secs(contract()["times"][name].as_u64().unwrap())
}

fn arguments(line: &[&str]) -> Result<Arguments, clap::Error> {
    let line = ["lambda-writer"].iter().chain(line);
    let matches = Arguments::augment_args(Command::new("lambda-writer")).try_get_matches_from(line)?;
    Arguments::from_arg_matches(&matches)
}

#[test]
fn the_environment_variables_are_those_of_the_contract() {
    let environment = &contract()["environment"];
    let expected: BTreeSet<String> = ["both", "writer"]
        .iter()
        .flat_map(|group| environment[group].as_object().unwrap().values())
        .map(|name| name.as_str().unwrap().to_owned())
        .collect();
    let command = Arguments::augment_args(Command::new("lambda-writer"));
    let read = command.get_arguments().filter_map(|argument| argument.get_env());
    assert_eq!(read.map(|name| name.to_str().unwrap().to_owned()).collect::<BTreeSet<_>>(), expected);
}

#[test]
fn the_defaults_are_those_of_the_contract() {
    let arguments = arguments(&[]).unwrap();
    assert_eq!(json!(arguments.wall_dir), contract()["paths"]["wall_dir"]);
    assert_eq!(arguments.retry_window, time("retry_window_s"));
    assert_eq!(DEFAULT_RETRY_WINDOW, time("retry_window_s"));
}

#[test]
fn the_longest_retry_window_is_that_of_the_contract() {
    let longest = time("retry_window_max_s").as_secs();
    let window = |seconds: u64| arguments(&[&format!("--retry-window={seconds}s")]).map(|found| found.retry_window);
    assert_eq!(window(longest).unwrap(), Duration::from_secs(longest));
    assert!(window(longest + 1).is_err());
}

#[test]
fn the_waits_are_those_of_the_contract_and_leave_time_for_the_reply() {
    assert_eq!(LOCK_WAIT, time("lock_wait_s"));
    assert_eq!(VOLUME_TIMEOUT, time("volume_silent_s"));
    let timeout = time("function_timeout_s");
    assert_eq!((lock_wait(timeout), volume_wait(timeout)), (LOCK_WAIT, VOLUME_TIMEOUT));
    assert!(VOLUME_TIMEOUT + REPLY_RESERVE <= timeout);
    let times = &contract()["times"];
    assert_eq!(times["poke_ms"], json!(POKE_TIMEOUT.as_millis()));
    assert_eq!(times["applied_ms"], json!(APPLIED_TIMEOUT.as_millis()));
    assert!(VOLUME_TIMEOUT + APPLIED_TIMEOUT < time("reader_call_s"), "a command that waits is answered in time");
    assert!(VOLUME_TIMEOUT < time("reader_call_s"), "the reader must receive the cause");
}

#[test]
fn a_held_lock_is_reported_before_a_silent_volume() {
    for seconds in [1, 2, 3, 6, 10, 15, 60, 900] {
        let left = Duration::from_secs(seconds);
        assert!(lock_wait(left) < volume_wait(left) && volume_wait(left) < left, "{seconds} s left");
    }
}

#[test]
fn the_limits_are_those_of_the_contract() {
    let limits = &contract()["limits"];
    for (name, value) in
        [("event_bytes", MAX_EVENT_BYTES), ("author_chars", MAX_AUTHOR_CHARS), ("reply_bytes", MAX_REPLY_BYTES)]
    {
        assert_eq!(limits[name], json!(value), "limits.{name}");
    }
}

#[test]
fn the_events_are_those_of_the_contract() {
    let events = &contract()["events"];
    assert_eq!(events["source"], SOURCE);
    let types = [CONFIG_CHANGE, CONFIG_ROLLBACK, MESSAGE_POSTED, FILE_PUBLICATION, FILE_ROLLBACK];
    assert_eq!(events["detail_types"], json!(types));
}

#[test]
fn the_events_about_followed_documents_are_those_of_the_contract() {
    let events = &contract()["events"];
    assert_eq!(events["parameter"]["detail_types"], json!([PARAMETER_CHANGE]));
    assert_eq!(events["parameter"]["operations"], json!(OPERATIONS));
    assert_eq!(events["object"]["detail_types"], json!([OBJECT_CREATED, OBJECT_DELETED]));
    assert_eq!(events["appconfig"]["detail_types"], json!(DEPLOYED));
    assert_eq!(events["schedule"]["detail_types"], json!([SCHEDULED]));
    let followed = Followed {
        parameter: "/wall".parse().ok(),
        object: "s3://wall/wall".parse().ok(),
        profile: "wall/wall/wall".parse().ok(),
        ..Followed::default()
    };
    let sources: Vec<_> = Sources::new(followed).followed().iter().map(|document| document.name.source()).collect();
    let expected = ["parameter", "object", "appconfig"].map(|name| events[name]["source"].as_str().unwrap().to_owned());
    assert_eq!(sources, expected);
}

#[test]
fn the_largest_document_is_that_of_the_contract() {
    assert_eq!(json!(MAX_DOCUMENT_BYTES), contract()["limits"]["document_bytes"]);
}

/// A log in memory.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn the_log_line_of_a_refused_event_is_that_of_the_contract() {
    let (log, contract) = (Log::default(), contract());
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().json().flatten_event(true).with_writer(move || writer.clone()).finish();
    let failure = Failure::event(Problem::EventUnsupported, "why");
    tracing::subscriber::with_default(subscriber, || refused_for_good(&failure, &Ok("rejected/1.json".to_owned())));

    let line: Value = serde_json::from_slice(&log.0.lock().unwrap()).unwrap();
    let logs = &contract["logs"];
    let field = |name: &Value| &line[name.as_str().unwrap()];
    let refused = &logs["event_refused"];
    assert_eq!(field(&logs["message_field"]), &refused["message"]);
    assert_eq!(field(&refused["error_field"]), "event_unsupported");
    assert_eq!(field(&refused["detail_field"]), "why");
    assert_eq!(field(&refused["file_field"]), "rejected/1.json");
    assert_eq!(line["level"], "ERROR");
}
