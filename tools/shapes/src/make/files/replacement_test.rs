//! Replaces models while another thread reads them.

use std::sync::atomic::{AtomicBool, Ordering};

use super::*;

fn put(models: &Path, name: &str, content: &[u8], replace: bool) -> Result<(), MakeError> {
    publish(staged(models, name, &[("file", content)])?, &models.join(name), replace)?;
    Ok(point_to(models, name)?)
}

#[test]
fn current_always_resolves_while_models_are_replaced() {
    let directory = tempfile::tempdir().unwrap();
    let models = directory.path();
    put(models, "a", b"0", false).unwrap();
    let is_done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for number in 0..100 {
                // First the model in use, then another one.
                let name = if number % 4 < 2 { "a" } else { "b" };
                put(models, name, b"1", true).unwrap();
            }
            is_done.store(true, Ordering::Relaxed);
        });
        let mut reads = 0;
        while !is_done.load(Ordering::Relaxed) {
            let target = fs::read_link(models.join(CURRENT)).unwrap();
            assert!(target == Path::new("a") || target == Path::new("b"), "{target:?}");
            fs::metadata(models.join(CURRENT)).unwrap();
            reads += 1;
        }
        assert!(reads > 100, "{reads}");
    });
    assert_eq!(fs::read_dir(models).unwrap().count(), 3, "a temporary directory remains");
}

#[test]
fn a_model_that_appeared_meanwhile_is_not_replaced() {
    let directory = tempfile::tempdir().unwrap();
    put(directory.path(), "a", b"first", false).unwrap();
    let error = put(directory.path(), "a", b"second", false).unwrap_err();
    assert!(matches!(error, MakeError::Exists(_)), "{error}");
    assert_eq!(fs::read(directory.path().join("a/file")).unwrap(), b"first");
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 2, "a temporary directory remains");
}

#[test]
fn where_directories_cannot_be_exchanged_the_old_one_steps_aside() {
    let directory = tempfile::tempdir().unwrap();
    let models = directory.path();
    put(models, "a", b"first", false).unwrap();
    step_aside(&staged(models, "a", &[("file", b"second")]).unwrap(), &models.join("a")).unwrap();
    assert_eq!(fs::read(models.join("a/file")).unwrap(), b"second");
    assert_eq!(fs::read_dir(models).unwrap().count(), 2, "a temporary directory remains");
}

#[test]
fn a_file_named_current_becomes_a_link() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join(CURRENT), "older").unwrap();
    put(directory.path(), "a", b"1", false).unwrap();
    assert_eq!(fs::read_link(directory.path().join(CURRENT)).unwrap(), Path::new("a"));
}
