//! The small model.

use serde_json::Value;

use crate::{Up, complaint, messagewall};

#[test]
fn a_model_is_made_once_is_in_use_and_is_replaced_only_if_asked() {
    let directory = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let mut command = messagewall(&["model", "--volume", "new/wall"]);
        command.args(arguments).current_dir(directory.path()).output().unwrap()
    };
    let made = run(&[]);
    assert!(made.status.success(), "{made:?}");
    let current = directory.path().join("new/wall/models/current");
    let manifest = fs_err::read(current.join("model.json")).unwrap();
    let manifest: Value = serde_json::from_slice(&manifest).unwrap();
    assert_eq!(manifest["kind"], "classifier");
    let again = run(&[]);
    assert!(complaint(&again).contains("exists already"), "{again:?}");
    assert_eq!(again.status.code(), Some(1));
    assert!(run(&["--replace"]).status.success());
    let outside = run(&["--name", "../x"]);
    assert!(complaint(&outside).contains("\"../x\""), "{outside:?}");
    assert_eq!(outside.status.code(), Some(64));
    let volume = directory.path().join("new/wall");
    let up = Up::start_with(&["--volume", volume.to_str().unwrap()], &[]);
    assert!(up.printed().contains("Pictures are classified:"), "{}", up.printed());
}
