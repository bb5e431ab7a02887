//! Storing refused events.

use serde_json::json;
use shared_volume::Volume;
use shared_volume::rejected::{reject, rejected};

#[test]
fn a_refused_event_is_not_stored_below_an_unmounted_root() {
    let directory = tempfile::tempdir().unwrap();
    let wall = Volume::new(directory.path()).require_mount(true).wall(None);
    let error = reject(&wall, &json!({}), "config_invalid", "title: is too long").unwrap_err();
    assert!(error.to_string().contains("is not a mount point"), "{error}");
    assert_eq!(fs_err::read_dir(directory.path()).unwrap().count(), 0);
}

#[test]
fn a_refused_event_is_stored_with_its_reason() {
    let directory = tempfile::tempdir().unwrap();
    let wall = Volume::new(directory.path()).wall(None);
    let file = reject(&wall, &json!({ "id": "1" }), "config_invalid", "title: is too long").unwrap();
    let stored: serde_json::Value =
        serde_json::from_str(&fs_err::read_to_string(directory.path().join(file)).unwrap()).unwrap();
    assert_eq!((&stored["error"], &stored["event"]), (&json!("config_invalid"), &json!({ "id": "1" })));
}

#[test]
fn the_newest_twenty_refused_events_are_read_newest_first_whatever_lies_among_them() {
    let directory = tempfile::tempdir().unwrap();
    let wall = Volume::new(directory.path()).wall(None);
    assert!(rejected(&wall).unwrap().is_empty(), "nothing was refused yet");
    let long = json!({ "list": [vec![1; 100_000], "\"\\".repeat(200_000)] });
    for number in 0..24 {
        reject(&wall, &if number == 22 { long.clone() } else { json!(number) }, "config_invalid", "no").unwrap();
    }
    let read = rejected(&wall).unwrap();
    assert_eq!(read.len(), 20);
    assert_eq!((&read[0].event, &read[19].event), (&json!(23), &json!(4)));
    assert!(read[1].event.as_str().unwrap().starts_with(r#"{"list":[[1,1,"#), "a long event is cut");
    assert!(read.iter().all(|refused| refused.at.is_some() && refused.error == "config_invalid"));

    let planted = |index: usize| directory.path().join(&read[index].file);
    fs_err::write(planted(0), "{").unwrap();
    fs_err::remove_file(planted(1)).unwrap();
    fs_err::create_dir(planted(1)).unwrap();
    fs_err::write(planted(2), vec![b' '; 300 * 1024]).unwrap();
    fs_err::write(directory.path().join("rejected/else.json"), "{}").unwrap();
    let again = rejected(&wall).unwrap();
    assert_eq!(again.len(), 20);
    for (index, fault) in [(0, "EOF"), (1, "directory"), (2, "256 KiB")] {
        assert_eq!(again[index].error, "rejected_unreadable");
        assert!(again[index].message.contains(fault), "{}", again[index].message);
    }
    assert_eq!(again[3], read[3]);
    fs_err::remove_dir_all(directory.path().join("rejected")).unwrap();
    fs_err::write(directory.path().join("rejected"), "a file").unwrap();
    assert!(rejected(&wall).unwrap().is_empty());
}
