use notify::EventKind;

use crate::stage::kind::*;
use crate::stage::{Stage, is_rescan};

/// A link to a longer name than there can be cannot be followed by anybody (root included): trouble that is no missing
/// file, on any file system.
pub(crate) fn break_it(stage: &Stage, name: &str) {
    fs_err::os::unix::fs::symlink("x".repeat(300), stage.path("broken")).unwrap();
    stage.rename("broken", name);
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
