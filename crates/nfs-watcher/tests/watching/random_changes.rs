//! Random changes to a few names. After each scan the events must account for every difference.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use notify::{EventKind, RecursiveMode};

use crate::stage::Stage;

const NAMES: [&str; 5] = ["dir/a", "dir/b", "dir/below/a", "dir/below/b", "dir/below/deeper/a"];

/// A random number generator with a fixed seed, so that a failure can be repeated.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % sides
    }
}

#[test]
fn the_events_name_every_file_that_differs() {
    for seed in 0..20 {
        run(seed);
    }
}

fn run(seed: u64) {
    let mut dice = Dice(seed);
    let stage = Stage::new();
    stage.make_directory("dir").watch_as("dir", RecursiveMode::Recursive);
    let mut before = content(&stage);
    // The files that exist according to the events alone.
    let mut reported_to_exist = BTreeSet::new();
    for step in 0..30 {
        for _ in 0..=dice.roll(3) {
            change(&stage, &mut dice, step);
        }
        let now = content(&stage);
        let differ: BTreeSet<_> =
            before.keys().chain(now.keys()).filter(|path| before.get(*path) != now.get(*path)).cloned().collect();
        let mut reported = BTreeSet::new();
        for event in stage.scan() {
            let event = event.unwrap();
            let path = event.paths[0].clone();
            match event.kind {
                EventKind::Create(_) => {
                    assert!(reported_to_exist.insert(path.clone()), "{seed} {step}: created twice {path:?}");
                }
                EventKind::Remove(_) => {
                    assert!(reported_to_exist.remove(&path), "{seed} {step}: removed unknown {path:?}");
                }
                _ => assert!(reported_to_exist.contains(&path), "{seed} {step}: changed unknown {path:?}"),
            }
            reported.insert(path);
        }
        assert!(reported.is_superset(&differ), "{seed} {step}: differ {differ:?}, reported {reported:?}");
        let files: BTreeSet<_> = reported_to_exist.iter().filter(|path| !path.is_dir()).cloned().collect();
        assert_eq!(files, now.keys().cloned().collect(), "{seed} {step}");
        before = now;
        stage.sees_nothing();
    }
}

/// Makes one change. Every content differs in length from the one before.
fn change(stage: &Stage, dice: &mut Dice, step: usize) {
    let name = NAMES[dice.roll(NAMES.len())];
    let text = "x".repeat(step * 10 + dice.roll(10));
    let path = stage.path(name);
    match dice.roll(4) {
        0 => drop(fs_err::remove_file(&path)),
        1 => drop(fs_err::remove_dir_all(stage.path("dir/below"))),
        2 => {
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            fs_err::write(&path, text).unwrap();
        }
        _ => {
            fs_err::create_dir_all(path.parent().unwrap()).unwrap();
            stage.write("aside", &text);
            fs_err::rename(stage.path("aside"), &path).unwrap();
        }
    }
}

fn content(stage: &Stage) -> BTreeMap<PathBuf, String> {
    NAMES
        .iter()
        .map(|name| stage.path(name))
        .filter_map(|path| Some((path.clone(), fs_err::read_to_string(&path).ok()?)))
        .collect()
}
