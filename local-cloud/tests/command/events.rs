//! Events from files of a developer.

use support::wait_until as eventually;

use crate::{Up, complaint, fed};

#[test]
fn a_list_of_events_is_sent_one_after_the_other_and_each_fault_has_its_place() {
    let up = Up::start();
    let entry = r#"{"Source":"messagewall","DetailType":"Message Posted","Detail":"{\"text\":\"two\"}"}"#;
    let list =
        format!(r#"[{{"command":"post","text":"one"}},{entry},{{"command":"post","text":""}},{{"command":"read"}}]"#);
    let api = up.address("API").replace("/default/MessageWall", "");
    let output = fed(&["invoke", "--endpoint", &api, "-"], &list);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(complaint(&output), "messagewall: event 2 of the list had no effect\n");
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    let read = printed.rsplit_once("\"messages\"").unwrap().1;
    assert!(read.contains("\"one\"") && read.contains("\"two\""), "{printed}");
}

#[test]
fn a_followed_file_is_published_at_the_start_and_after_each_change() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("wall.yaml");
    fs_err::write(&file, "title: At the start\n").unwrap();
    let up = Up::start_with(&["--follow-file", file.to_str().unwrap()], &[]);
    let config = || fs_err::read_to_string(up.path().join(".messagewall/config.json")).unwrap_or_default();
    eventually("the first title", || config().contains("\"At the start\""));
    // An editor replaces the file.
    let new = directory.path().join("wall.yaml.new");
    fs_err::write(&new, "title: Replaced\n").unwrap();
    fs_err::rename(&new, &file).unwrap();
    eventually("the second title", || config().contains("\"Replaced\""));
    fs_err::write(&file, "title: [\n").unwrap();
    eventually("the fault", || up.errors().contains("followed_file_invalid") && up.errors().contains("line "));
    fs_err::write(&file, "title: Mended\n").unwrap();
    eventually("the third title", || config().contains("\"Mended\""));
    assert!(config().contains("\"generation\": 3"), "{}", config());
}
