//! Events: any JSON, in place of an event of a source.

use std::path::Path;

use serde_json::value::RawValue;
use support::fuzz::{Fuzzer, Input, Verdict};

use super::effects::Stage;

/// Returns the samples in `events/`, and of the services that are not served some.
fn seeds() -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../events");
    let mut seeds = Vec::new();
    for directory in [root.clone(), root.join("unserved")] {
        let mut files: Vec<_> = fs_err::read_dir(directory).unwrap().map(|file| file.unwrap().path()).collect();
        files.retain(|path| path.extension().is_some_and(|ending| ending == "json"));
        files.sort();
        seeds.extend(files.into_iter().map(|path| fs_err::read(path).unwrap()));
    }
    seeds
}

#[test]
fn any_event_is_answered_and_only_accepted_messages_are_on_the_wall() {
    let mut stage = Stage::new();
    let words =
        ["command", "post", "text", "author", "event", "messages", "body", "source", "wait", "detail", "Records"];
    Fuzzer::new("events", seeds()).words(words).run(|input| check(&mut stage, input));
}

fn check(stage: &mut Stage, input: &Input) -> Verdict {
    // Lambda passes on JSON only.
    let event = std::str::from_utf8(&input.bytes).ok().map(str::to_owned);
    let Some(event) = event.filter(|event| RawValue::from_string(event.clone()).is_ok()) else {
        return Verdict::Refused;
    };
    let effect = stage.send(&event);
    effect.check();
    if effect.is_refused() {
        return Verdict::Refused;
    }
    // A post over HTTP without a key of the client is another message each time.
    let is_http = effect.answer.as_ref().is_ok_and(|answer| answer["statusCode"].is_u64());
    if !is_http {
        let repeated = stage.repeat(&event);
        repeated.check();
        assert!(repeated.added.is_empty(), "a retry has added {:?}", repeated.added);
    }
    Verdict::Accepted
}
