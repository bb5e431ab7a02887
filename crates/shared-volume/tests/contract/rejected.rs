//! Storing refused events.

use serde_json::json;
use shared_volume::Volume;
use shared_volume::rejected::reject;

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
