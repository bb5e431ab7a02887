//! The valid inputs of a fuzzer, and the texts that are inserted into them.

use serde_json::Value;

use super::odd;

/// The material of which inputs are made.
#[derive(Debug)]
pub(super) struct Corpus {
    seeds: Vec<Vec<u8>>,
    /// The seeds that are JSON, in the order of `seeds`.
    trees: Vec<Option<Value>>,
    words: Vec<Vec<u8>>,
}

impl Corpus {
    pub(super) fn new(seeds: Vec<Vec<u8>>) -> Self {
        let json = |seed: &Vec<u8>| serde_json::from_slice(seed).ok().filter(|tree: &Value| !tree.is_number());
        let trees = seeds.iter().map(json).collect();
        Self { seeds, trees, words: odd::BYTES.iter().map(|bytes| bytes.to_vec()).collect() }
    }

    pub(super) fn add_words(&mut self, words: impl Iterator<Item = Vec<u8>>) {
        self.words.extend(words);
    }

    pub(super) fn seeds(&self) -> &[Vec<u8>] {
        &self.seeds
    }

    pub(super) fn words(&self) -> &[Vec<u8>] {
        &self.words
    }

    /// Returns a seed as JSON, or `None` if it is not JSON.
    pub(super) fn tree(&self, seed: usize) -> Option<&Value> {
        self.trees.get(seed)?.as_ref()
    }
}
