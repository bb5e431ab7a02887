//! Labels: the classes of the pictures of messages.

use serde_json::json;
use shared_volume::ChangeError;
use shared_volume::message::{Draft, Findings, Picture};
use shared_volume::wall::{EntryKind, Tail};

use crate::support::{TestWall, draft, soon, texts};

fn picture() -> Picture {
    Picture::named(&[b"a picture"], 640, 480).unwrap()
}

fn star() -> Findings {
    Findings { classes: vec![("star".to_owned(), 0.9), ("{\"removes\":\"x\"}".to_owned(), 0.1)], ..Findings::default() }
}

fn fault() -> Findings {
    Findings { fault: Some("there is no model".to_owned()), ..Findings::default() }
}

fn posted(wall: &mut TestWall, text: &str) -> String {
    let draft = Draft { picture: Some(picture()), ..draft(text) };
    let batch = wall.writer.append(&[draft], soon()).unwrap();
    batch.answers[0].as_ref().unwrap().message.id.to_string()
}

fn refused(result: Result<impl Sized, ChangeError>) -> &'static str {
    match result.err() {
        Some(ChangeError::Refused(refusal)) => refusal.name(),
        _ => "accepted",
    }
}

#[test]
fn a_label_is_an_entry_of_its_own_and_the_first_one_with_classes_stays() {
    let mut wall = TestWall::new();
    let id = posted(&mut wall, "");
    let mut tail = Tail::new(wall.dir.clone());
    tail.read().unwrap();
    assert!(!wall.writer.label(&id, fault(), "test:1", soon()).unwrap().repeated);
    assert!(!wall.writer.label(&id, star(), "test:2", soon()).unwrap().repeated, "classes follow a fault");
    assert!(wall.writer.label(&id, star(), "test:2", soon()).unwrap().repeated);
    assert!(wall.writer.label(&id, fault(), "test:3", soon()).unwrap().repeated, "classes stay");
    let added = tail.read().unwrap().unwrap();
    assert!(!added.restarted && added.damaged_lines == 0);
    let labels: Vec<_> = added.entries.into_iter().map(|entry| entry.kind).collect();
    assert!(matches!(&labels[..], [EntryKind::Label(first), EntryKind::Label(second)]
        if first.findings == fault() && second.findings == star() && second.labels == id));
    assert_eq!(wall.texts(), [""], "a label is no message");
}

#[test]
fn a_label_of_nothing_is_refused_and_nothing_is_written() {
    let mut wall = TestWall::new();
    wall.post("no picture");
    let text = wall.writer.newest(1).unwrap().entries[0].id();
    let id = posted(&mut wall, "a picture");
    let before = fs_err::read(wall.dir.content()).unwrap();
    assert_eq!(refused(wall.writer.label("01ARZ3NDEKTSV4RRFFQ69G5FAV", star(), "test:1", soon())), "message_unknown");
    assert_eq!(refused(wall.writer.label(&text, star(), "test:2", soon())), "picture_missing");
    let class = |name: &str, probability| Findings { classes: vec![(name.to_owned(), probability)], ..star() };
    for wrong in [
        Findings::default(),
        Findings { classes: star().classes, ..fault() },
        class("", 0.5),
        class("two\nlines", 0.5),
        class("star", 1.5),
        class("star", f32::NAN),
        class(&"x".repeat(201), 0.5),
        Findings { classes: vec![("star".to_owned(), 0.1); 6], ..star() },
    ] {
        assert_eq!(refused(wall.writer.label(&id, wrong.clone(), "test:3", soon())), "label_invalid", "{wrong:?}");
    }
    assert_eq!(fs_err::read(wall.dir.content()).unwrap(), before);
    wall.writer.remove(&id, None, None, soon()).unwrap();
    assert_eq!(refused(wall.writer.label(&id, star(), "test:4", soon())), "message_unknown");
}

#[test]
fn compaction_and_restoration_keep_the_labels_of_the_messages_that_they_keep() {
    let mut wall = TestWall::new();
    let id = posted(&mut wall, "labelled");
    wall.writer.label(&id, star(), "test:label", soon()).unwrap();
    wall.writer.clear(None, soon()).unwrap();
    let trashed = wall.writer.trash().unwrap().pop().unwrap();
    assert_eq!(trashed.messages, 1);
    let restored = wall.writer.restore(trashed.file, soon()).unwrap();
    assert_eq!((restored.messages, restored.total), (1, 1));
    let all = Tail::new(wall.dir.clone()).read().unwrap().unwrap().entries;
    assert_eq!(texts(&all), ["labelled".to_owned(), format!("labels {id}")]);
    assert!(wall.writer.label(&id, star(), "test:again", soon()).unwrap().repeated, "it is labelled still");

    for number in 0..30 {
        wall.post(&number.to_string());
    }
    let id = posted(&mut wall, "last");
    wall.writer.label(&id, star(), "test:last", soon()).unwrap();
    wall.patch(json!({"keep_messages": 2})).unwrap();
    wall.post("newer");
    let all = Tail::new(wall.dir.clone()).read().unwrap().unwrap().entries;
    assert_eq!(texts(&all), ["last".to_owned(), format!("labels {id}"), "newer".to_owned()]);
}

#[test]
fn a_post_with_another_picture_is_no_retry() {
    let mut wall = TestWall::new();
    let with = |picture| [Draft { picture, event: Some("test:post".to_owned()), ..draft("one") }];
    wall.writer.append(&with(Some(picture())), soon()).unwrap();
    let mut again = |picture| wall.writer.append(&with(picture), soon()).unwrap().answers.remove(0);
    assert!(again(Some(picture())).unwrap().repeated);
    assert_eq!(again(None).unwrap_err().name(), "event_reused");
    assert_eq!(again(Picture::named(&[b"other"], 640, 480).ok()).unwrap_err().name(), "event_reused");
}
