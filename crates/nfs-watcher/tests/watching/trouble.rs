use notify::EventKind;

use crate::stage::kind::*;
use crate::stage::{Stage, is_rescan};

/// Replaces a file by a link whose target is longer than a file name can be. Not even root can follow it, and the error
/// is not a missing file on any file system.
pub(crate) fn break_it(stage: &Stage, name: &str) {
    fs_err::os::unix::fs::symlink("x".repeat(300), stage.path("broken")).unwrap();
    stage.rename("broken", name);
}

#[test]
fn an_error_is_reported_once_and_its_end_by_a_rescan() {
    let stage = Stage::new();
    stage.write("file", "one").watch("file");
    break_it(&stage, "file");
    let events = stage.scan();
    assert_eq!(events.len(), 1, "{events:?}");
    assert_eq!(events[0].as_ref().unwrap_err().paths, [stage.path("file")]);
    stage.sees_nothing().sees_nothing();

    stage.write("other", "two").rename("other", "file");
    let events: Vec<_> = stage.scan().into_iter().map(Result::unwrap).collect();
    // The new file may have got the inode number of the first one, so it may not be reported as replaced.
    assert!(events[0].kind.is_modify(), "{events:?}");
    assert_eq!((events[1].kind, is_rescan(&events[1])), (EventKind::Other, true));
    assert_eq!(events[1].paths, [stage.path("file")]);
    stage.sees_nothing();
}

#[test]
fn an_error_of_one_path_does_not_hide_another() {
    let stage = Stage::new();
    stage.write("good", "one").write("bad", "one").watch("good").watch("bad");
    break_it(&stage, "bad");
    assert!(stage.scan()[0].is_err());
    stage.write("good", "one two").sees(&[(RESIZED, "good")]);
}
