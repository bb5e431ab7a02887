//! Followed documents: only a newer version is published.

use serde_json::{Value, json};
use shared_volume::config::{
    Cause, Change, Outcome, PublishError, Published, Request, SourceDocument, SourceState, Unchanged,
};
use shared_volume::wall::WallWriter;

use crate::support::{TestWall, soon};

const NAME: &str = "ssm:/messagewall/config";

fn publish(
    writer: &mut WallWriter,
    title: &str,
    number: u64,
    before: Option<&SourceState>,
    reconciled: bool,
) -> Result<Outcome, PublishError> {
    let version = SourceState { number: Some(number), ..SourceState::default() };
    let document: Value = json!({"title": title});
    let source = SourceDocument { name: NAME.to_owned(), document, version, before: before.cloned() };
    let cause = Cause { reconciled, ..Cause::default() };
    writer.publish(Request { change: Change::Source(Box::new(source)), expected_generation: None, cause }, soon())
}

fn published(outcome: Outcome) -> Published {
    match outcome {
        Outcome::Published(published) => published,
        other => panic!("not published: {other:?}"),
    }
}

#[test]
fn an_older_version_that_arrives_late_changes_nothing() {
    let mut wall = TestWall::new();
    let writer = &mut wall.writer;
    let newest = published(publish(writer, "seven", 7, None, false).unwrap());
    let state = newest.sources.get(NAME);
    for (number, reason) in [(6, Unchanged::Older), (7, Unchanged::Same)] {
        let title = if number == 7 { "seven" } else { "six" };
        match publish(writer, title, number, state, false).unwrap() {
            Outcome::Unchanged(current, because) => assert_eq!((current.generation, because), (1, reason)),
            other => panic!("{other:?}"),
        }
    }
    let next = published(publish(writer, "eight", 8, state, false).unwrap());
    assert_eq!((next.generation, next.config.title.to_string().as_str()), (2, "eight"));
}

#[test]
fn a_version_that_was_read_before_another_one_was_published_is_not_published() {
    let mut wall = TestWall::new();
    let writer = &mut wall.writer;
    published(publish(writer, "seven", 7, None, false).unwrap());
    assert!(matches!(publish(writer, "eight", 8, None, false), Err(PublishError::SourceMoved)));
}

#[test]
fn a_comparison_with_the_source_keeps_a_change_that_was_made_by_hand() {
    let mut wall = TestWall::new();
    let writer = &mut wall.writer;
    let first = published(publish(writer, "seven", 7, None, false).unwrap());
    let patch = Request {
        change: Change::Patch(json!({"title": "by hand"})),
        expected_generation: None,
        cause: Cause::default(),
    };
    published(writer.publish(patch, soon()).unwrap());
    let state = first.sources.get(NAME);
    let compared = publish(writer, "seven", 7, state, true).unwrap();
    assert!(matches!(compared, Outcome::Unchanged(current, Unchanged::Same) if current.generation == 2));
    let lost = published(publish(writer, "eight", 8, state, true).unwrap());
    assert!(lost.cause.reconciled);
}

#[test]
fn a_rollback_names_the_generation_that_it_restored() {
    let mut wall = TestWall::new();
    let writer = &mut wall.writer;
    published(publish(writer, "seven", 7, None, false).unwrap());
    let back = Request { change: Change::Rollback(0), expected_generation: Some(1), cause: Cause::default() };
    let restored = published(writer.publish(back, soon()).unwrap());
    assert_eq!(restored.cause.restored, Some(0));
    assert!(restored.sources.contains_key(NAME), "the version of the source stays known");
}
