//! The latest changes of the configuration, for the wall's list.

use std::io;
use std::ops::Range;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::Value;
use shared_volume::WallDir;
use shared_volume::config::{self, Config, Published};

use super::pass::Pass;
use super::snapshot::ConfigChange;

/// The number of changes that are kept.
const KEPT: usize = 20;

/// The changes up to the configuration that is running, oldest first.
#[derive(Debug)]
pub(super) struct Changes {
    wall: WallDir,
    pub(super) newest: Vec<Arc<ConfigChange>>,
    /// The highest generation that was ever listed.
    highest: u64,
}

impl Changes {
    pub(super) fn new(wall: WallDir) -> Self {
        Self { wall, newest: Vec::new(), highest: 0 }
    }

    /// Adds the change from `before` to `running`, and reads the generations that were skipped between them.
    ///
    /// Nothing else of the history is read: each file costs a few round trips on a network mount, and the new
    /// configuration is not published before. `stored` is the time at which `config.json` was replaced.
    pub(super) fn add(&mut self, before: &Published, running: &Published, stored: Option<Timestamp>) {
        let is_next = running.generation > before.generation && before.generation == self.highest;
        let skipped = if is_next { self.skipped(before.generation + 1..running.generation) } else { None };
        let Some(skipped) = skipped else { return self.read(running, Pass::Later) };
        let published: Vec<_> = [before.clone()].into_iter().chain(skipped).chain([running.clone()]).collect();
        let mut added: Vec<_> = changes(&published, Pass::Later).collect();
        // A person who edits the file leaves the times of the function in it.
        if let Some(last) = added.last_mut().filter(|_| before.cause.at != running.cause.at) {
            last.stored = stored;
        }
        self.newest.extend(added.into_iter().map(Arc::new));
        self.newest.drain(..self.newest.len().saturating_sub(KEPT));
        self.highest = running.generation;
    }

    /// Reads these generations. Returns `None` if they are too many, or if one cannot be read.
    fn skipped(&self, generations: Range<u64>) -> Option<Vec<Published>> {
        if generations.end - generations.start > KEPT as u64 {
            return None;
        }
        generations.map(|generation| logged(config::generation(&self.wall, generation))?).collect()
    }

    /// Reads the list from the history, up to `running`. A change that is not known yet is new if the pass is a later
    /// one.
    pub(super) fn read(&mut self, running: &Published, pass: Pass) {
        let mut published = self.history(KEPT + 1);
        published.retain(|published| published.generation <= running.generation);
        published.reverse();
        // A configuration that a person wrote into config.json is not in the history.
        if running.generation > 0 && published.last() != Some(running) {
            published.push(running.clone());
        }
        if published.len() <= KEPT {
            published.insert(0, Published::initial());
        }
        let before = std::mem::take(&mut self.newest);
        let known = |change: ConfigChange| {
            let known = before.iter().find(|known| known.published == change.published).cloned();
            known.unwrap_or_else(|| Arc::new(change))
        };
        self.newest = changes(&published, pass).map(known).collect();
        self.newest.drain(..self.newest.len().saturating_sub(KEPT));
        self.highest = self.highest.max(running.generation);
    }

    /// Returns the newest published configurations, newest first; none if the history cannot be read.
    pub(super) fn history(&self, limit: usize) -> Vec<Published> {
        logged(config::history(&self.wall, limit)).unwrap_or_default()
    }
}

/// Logs an error of the history. The list is then shorter, and everything else works.
fn logged<T>(read: io::Result<T>) -> Option<T> {
    read.inspect_err(|error| tracing::warn!(%error, "config_history_unreadable")).ok()
}

/// Returns each configuration of `row` except the first, with its difference from the one before.
fn changes(row: &[Published], pass: Pass) -> impl Iterator<Item = ConfigChange> {
    let seen = pass.seen();
    row.windows(2).map(move |pair| {
        let (changed, published) = (changed_fields(&pair[0].config, &pair[1].config), Arc::new(pair[1].clone()));
        ConfigChange { published, changed, stored: None, seen }
    })
}

/// Returns the names of the top-level fields that differ.
fn changed_fields(before: &Config, after: &Config) -> Vec<String> {
    let (before, after) = (serde_json::to_value(before), serde_json::to_value(after));
    let (Ok(Value::Object(before)), Ok(Value::Object(after))) = (before, after) else { return Vec::new() };
    after.into_iter().filter(|(field, value)| before.get(field) != Some(value)).map(|(field, _)| field).collect()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use serde_json::json;
    use shared_volume::Volume;
    use shared_volume::config::{Cause, Change, Outcome, Published, Request};
    use shared_volume::wall::WallWriter;

    use super::{Changes, KEPT, Pass};

    /// Publishes `count` configurations, each with a title of its own, and returns the last one.
    fn publish_more(changes: &Changes, count: u64) -> Published {
        let mut last = Published::initial();
        for _ in 0..count {
            let change = Change::Patch(json!({ "title": format!("after {}", last.generation) }));
            let request = Request { change, expected_generation: None, cause: Cause::default() };
            let Outcome::Published(published) = WallWriter::new(changes.wall.clone())
                .publish(request, Instant::now() + Duration::from_secs(5))
                .unwrap()
            else {
                panic!("the publication was repeated")
            };
            last = published;
        }
        last
    }

    fn generations(changes: &Changes) -> Vec<u64> {
        changes.newest.iter().map(|change| change.published.generation).collect()
    }

    fn changes() -> (tempfile::TempDir, Changes) {
        let directory = tempfile::tempdir().unwrap();
        let wall = Volume::new(directory.path()).wall(None);
        (directory, Changes::new(wall))
    }

    #[test]
    fn skipped_generations_are_in_the_list() {
        let (_directory, mut changes) = changes();
        let first = publish_more(&changes, 1);
        changes.read(&first, Pass::First);
        let fourth = publish_more(&changes, 3);
        changes.add(&first, &fourth, None);
        assert_eq!(generations(&changes), [1, 2, 3, 4]);
        assert_eq!(changes.newest[3].changed, ["title"]);
        assert!(changes.newest[0].seen.is_none() && changes.newest[3].seen.is_some());
    }

    #[test]
    fn the_next_generation_is_added_without_reading_the_history() {
        let (directory, mut changes) = changes();
        let first = publish_more(&changes, 1);
        changes.read(&first, Pass::First);
        let second = publish_more(&changes, 1);
        fs_err::remove_dir_all(directory.path().join("history")).unwrap();
        changes.add(&first, &second, None);
        assert_eq!(generations(&changes), [1, 2]);
    }

    #[test]
    fn changes_listed_before_a_step_back_are_not_new_after_it() {
        let (_directory, mut changes) = changes();
        let third = publish_more(&changes, 3);
        changes.read(&third, Pass::First);
        // A person puts an older generation into config.json.
        let back = Published { generation: 1, ..Published::initial() };
        changes.add(&third, &back, None);
        let fourth = publish_more(&changes, 1);
        changes.add(&back, &fourth, None);
        assert_eq!(generations(&changes), [1, 2, 3, 4]);
    }

    #[test]
    fn the_list_is_read_again_if_too_many_generations_were_skipped() {
        let (_directory, mut changes) = changes();
        let first = publish_more(&changes, 1);
        changes.read(&first, Pass::First);
        let last = publish_more(&changes, KEPT as u64 + 5);
        changes.add(&first, &last, None);
        assert_eq!(generations(&changes), (7..=26).collect::<Vec<_>>());
    }
}
