//! Several commands in one lock cycle.

use serde_json::json;
use shared_volume::ChangeError;
use shared_volume::config::{Cause, Change, Request};
use shared_volume::message::Refusal;

use crate::support::{TestWall, draft, draft_of, soon};

fn patch(patch: serde_json::Value) -> Request {
    Request { change: Change::Patch(patch), expected_generation: None, cause: Cause::default() }
}

#[test]
fn commands_of_one_cycle_have_their_effect_in_their_order() {
    let mut wall = TestWall::new();
    let mut cycle = wall.writer.cycle(soon()).unwrap();
    cycle.post(&draft("before")).unwrap();
    cycle.clear(None).unwrap();
    let first = cycle.post(&draft("first")).unwrap();
    cycle.post(&draft("second")).unwrap();
    cycle.remove(&first.message.id.to_string(), None, None).unwrap();
    cycle.post(&draft("third")).unwrap();
    cycle.publish(patch(json!({"posting": "closed"}))).unwrap();
    let refused = cycle.post(&draft("fourth"));
    assert!(matches!(refused, Err(ChangeError::Refused(Refusal::PostingClosed))), "{refused:?}");
    cycle.publish(patch(json!({"posting": "open", "max_message_chars": 5}))).unwrap();
    cycle.post(&draft("fifth")).unwrap();
    assert!(matches!(cycle.post(&draft("longer")), Err(ChangeError::Refused(Refusal::TooLong { .. }))));
    cycle.flush().unwrap();
    drop(cycle);
    assert_eq!(wall.texts(), ["second", "third", "fifth"]);
}

#[test]
fn a_retry_within_a_cycle_and_after_it_is_recognised() {
    let mut wall = TestWall::new();
    let mut cycle = wall.writer.cycle(soon()).unwrap();
    let first = cycle.post(&draft_of("once", "queue:1")).unwrap();
    let again = cycle.post(&draft_of("once", "queue:1")).unwrap();
    assert_eq!((&again.message, again.repeated), (&first.message, true));
    let other = cycle.post(&draft_of("another", "queue:1"));
    assert!(matches!(other, Err(ChangeError::Refused(Refusal::EventReused { .. }))), "{other:?}");
    cycle.publish(patch(json!({"title": "Written first"}))).unwrap();
    let after = cycle.post(&draft_of("once", "queue:1")).unwrap();
    assert_eq!((&after.message, after.repeated), (&first.message, true));
    cycle.flush().unwrap();
    drop(cycle);
    assert_eq!(wall.texts(), ["once"]);
}

#[test]
fn posts_of_a_dropped_cycle_are_not_written() {
    let mut wall = TestWall::new();
    let mut cycle = wall.writer.cycle(soon()).unwrap();
    cycle.post(&draft_of("lost", "queue:1")).unwrap();
    drop(cycle);
    assert!(wall.texts().is_empty());
    assert!(!wall.post_draft(draft_of("lost", "queue:1")).unwrap().repeated);
}
