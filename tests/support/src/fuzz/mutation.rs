//! Damage to bytes.

use std::ops::Range;

use proptest::prelude::{Just, Strategy, any};
use proptest::prop_oneof;
use proptest::sample::Index;

use super::corpus::Corpus;
use super::odd;

/// The longest input, in bytes. Mutations that would make a longer one have no effect.
const MAX_BYTES: usize = 512 * 1024;

/// A change of some bytes.
#[derive(Debug, Clone)]
pub(super) enum Mutation {
    /// Flips a bit.
    Flip { at: Index, bit: u8 },
    /// Replaces a byte.
    Set { at: Index, byte: u8 },
    /// Deletes some bytes.
    Delete { at: Index, length: usize },
    /// Deletes everything behind a place.
    Truncate { at: Index },
    /// Inserts a word.
    Insert { at: Index, word: Index },
    /// Repeats some bytes at another place.
    Duplicate { at: Index, length: usize, into: Index, times: usize },
    /// Replaces everything behind a place with the end of a seed.
    Splice { at: Index, seed: Index, from: Index },
    /// Replaces a number.
    Number { which: Index, number: Index },
    /// Puts brackets around some bytes, many times.
    Nest { at: Index, length: usize, brackets: Index, depth: usize },
    /// Repeats a byte up to a length at the edge of a limit.
    Stretch { at: Index, length: Index },
}

/// Returns all mutations.
pub(super) fn any_mutation() -> impl Strategy<Value = Mutation> {
    let at = any::<Index>;
    let length = || prop_oneof![1..5_usize, 1..60_usize];
    let times = || prop_oneof![4 => Just(1), 1 => 1..40_usize];
    prop_oneof![
        1 => (at(), 0..8_u8).prop_map(|(at, bit)| Mutation::Flip { at, bit }),
        1 => (at(), any::<u8>()).prop_map(|(at, byte)| Mutation::Set { at, byte }),
        2 => (at(), length()).prop_map(|(at, length)| Mutation::Delete { at, length }),
        1 => at().prop_map(|at| Mutation::Truncate { at }),
        4 => (at(), at()).prop_map(|(at, word)| Mutation::Insert { at, word }),
        2 => (at(), length(), at(), times())
            .prop_map(|(at, length, into, times)| Mutation::Duplicate { at, length, into, times }),
        2 => (at(), at(), at()).prop_map(|(at, seed, from)| Mutation::Splice { at, seed, from }),
        3 => (at(), at()).prop_map(|(which, number)| Mutation::Number { which, number }),
        1 => (at(), length(), at(), 1..200_usize)
            .prop_map(|(at, length, brackets, depth)| Mutation::Nest { at, length, brackets, depth }),
        1 => (at(), at()).prop_map(|(at, length)| Mutation::Stretch { at, length }),
    ]
}

impl Mutation {
    pub(super) fn apply(&self, bytes: &mut Vec<u8>, corpus: &Corpus) {
        let place = |at: &Index| at.index(bytes.len() + 1);
        match self {
            Self::Flip { at, bit } => change(bytes, at, |byte| byte ^ (1 << bit)),
            Self::Set { at, byte } => change(bytes, at, |_| *byte),
            Self::Delete { at, length } => drop(bytes.drain(range(bytes, at, *length))),
            Self::Truncate { at } => bytes.truncate(place(at)),
            Self::Insert { at, word } => insert(bytes, place(at), word.get::<Vec<u8>>(corpus.words())),
            Self::Duplicate { at, length, into, times } => {
                let repeated = bytes[range(bytes, at, *length)].repeat(*times);
                insert(bytes, place(into), &repeated);
            }
            Self::Splice { at, seed, from } => {
                let seed = seed.get::<Vec<u8>>(corpus.seeds());
                bytes.truncate(place(at));
                insert(bytes, bytes.len(), &seed[from.index(seed.len() + 1)..]);
            }
            Self::Number { which, number } => {
                let digits = numbers(bytes);
                let place = if digits.is_empty() { 0..0 } else { which.get(&digits).clone() };
                bytes.splice(place, number.get(odd::NUMBERS).bytes());
            }
            Self::Nest { at, length, brackets, depth } => {
                let (open, close) = brackets.get(odd::BRACKETS);
                let Range { start, end } = range(bytes, at, *length);
                insert(bytes, end, close.repeat(*depth).as_bytes());
                insert(bytes, start, open.repeat(*depth).as_bytes());
            }
            Self::Stretch { at, length } => {
                let repeated = bytes.get(place(at)).copied().unwrap_or(b'x');
                insert(bytes, place(at), &vec![repeated; *length.get(odd::LENGTHS)]);
            }
        }
    }
}

fn change(bytes: &mut [u8], at: &Index, changed: impl Fn(u8) -> u8) {
    if !bytes.is_empty() {
        let byte = &mut bytes[at.index(bytes.len())];
        *byte = changed(*byte);
    }
}

fn range(bytes: &[u8], at: &Index, length: usize) -> Range<usize> {
    let start = at.index(bytes.len() + 1);
    start..bytes.len().min(start + length)
}

fn insert(bytes: &mut Vec<u8>, at: usize, inserted: &[u8]) {
    if bytes.len() + inserted.len() <= MAX_BYTES {
        bytes.splice(at..at, inserted.iter().copied());
    }
}

/// Returns the places of all numbers.
fn numbers(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for at in (0..bytes.len()).filter(|at| bytes[*at].is_ascii_digit()) {
        match found.last_mut() {
            Some(last) if last.end == at => last.end += 1,
            _ => found.push(at..at + 1),
        }
    }
    found
}
