use notify::EventKind;

use crate::stage::kind::*;
use crate::stage::{Stage, is_rescan};

/// A link to itself cannot be opened by anybody (root included): trouble that is no missing file, on any file system.
fn break_it(stage: &Stage, name: &str) {
    fs_err::os::unix::fs::symlink(name, stage.path("loop")).unwrap();
    stage.rename("loop", name);
}

#[test]
fn trouble_is_told_once_and_its_end_by_a_rescan() {
    let stage = Stage::new();
    stage.write("file", "one").watch("file");
    break_it(&stage, "file");
    let told = stage.look();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0].as_ref().unwrap_err().paths, [stage.path("file")]);
    stage.sees_nothing().sees_nothing();

    stage.write("other", "two").rename("other", "file");
    let told: Vec<_> = stage.look().into_iter().map(Result::unwrap).collect();
    // The new file may have got the inode number of the first one, so it need not look replaced.
    assert!(told[0].kind.is_modify(), "{told:?}");
    assert_eq!((told[1].kind, is_rescan(&told[1])), (EventKind::Other, true));
    assert_eq!(told[1].paths, [stage.path("file")]);
    stage.sees_nothing();
}

#[test]
fn trouble_with_one_path_does_not_hide_another() {
    let stage = Stage::new();
    stage.write("good", "one").write("bad", "one").watch("good").watch("bad");
    break_it(&stage, "bad");
    assert!(stage.look()[0].is_err());
    stage.write("good", "one two").sees(&[(RESIZED, "good")]);
}

#[test]
fn trouble_at_the_first_look_is_told_and_the_path_is_watched_all_the_same() {
    let stage = Stage::new();
    break_it(&stage, "file");
    stage.watch("file");
    let told = stage.look();
    assert_eq!(told.iter().filter(|event| event.is_err()).count(), 1, "{told:?}");
    stage.remove("file").write("file", "one");
    let told: Vec<_> = stage.look().into_iter().map(Result::unwrap).collect();
    assert!(told.iter().any(is_rescan), "{told:?}");
    stage.write("file", "one two").sees(&[(RESIZED, "file")]);
}
