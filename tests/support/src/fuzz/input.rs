//! The inputs of a fuzzer.

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any};
use proptest::prop_oneof;
use proptest::sample::Index;

use super::corpus::Corpus;
use super::mutation::{self, Mutation};
use super::tree::{self, Graft};

/// An input: bytes, and choices for everything else that a check varies.
#[derive(Debug, Clone)]
pub struct Input {
    /// The bytes to parse.
    pub bytes: Vec<u8>,
    choices: [Index; 4],
}

impl Input {
    /// Returns a number below `count`, which must not be 0. There are four choices, 0 to 3, which are independent of each
    /// other.
    #[must_use]
    pub fn choose(&self, choice: usize, count: usize) -> usize {
        self.choices[choice].index(count)
    }

    /// Returns the choices, for people.
    pub(super) fn choices(&self) -> &[impl std::fmt::Debug] {
        &self.choices
    }

    /// Returns one of `items`, of which there must be one.
    #[must_use]
    pub fn pick<'a, T>(&self, choice: usize, items: &'a [T]) -> &'a T {
        self.choices[choice].get(items)
    }
}

/// The material of an input.
#[derive(Debug, Clone)]
enum Base {
    /// A seed, whose bytes are damaged.
    Seed(Index),
    /// A seed, whose JSON is damaged and stays JSON.
    Tree(Index, Vec<Graft>),
    /// Words, one behind the other.
    Words(Vec<Index>),
    /// Any bytes.
    Bytes(Vec<u8>),
}

/// Returns the inputs that are made of `corpus`.
pub(super) fn inputs(corpus: Corpus) -> impl Strategy<Value = Input> {
    let base = prop_oneof![
        4 => any::<Index>().prop_map(Base::Seed),
        4 => (any::<Index>(), vec(tree::graft(), 1..4)).prop_map(|(seed, grafts)| Base::Tree(seed, grafts)),
        1 => vec(any::<Index>(), 0..20).prop_map(Base::Words),
        1 => vec(any::<u8>(), 0..100).prop_map(Base::Bytes),
    ];
    // A quarter of the inputs keep the form of their base, so that they get past the first check of a parser.
    let mutations = prop_oneof![1 => Just(Vec::new()), 3 => vec(mutation::any_mutation(), 1..5)];
    (base, mutations, any::<[Index; 4]>())
        .prop_map(move |(base, mutations, choices)| Input { bytes: bytes(&base, &mutations, &corpus), choices })
}

fn bytes(base: &Base, mutations: &[Mutation], corpus: &Corpus) -> Vec<u8> {
    let mut bytes = match base {
        Base::Seed(seed) | Base::Tree(seed, _) => seed.get(corpus.seeds()).clone(),
        Base::Words(words) => words.iter().flat_map(|word| word.get::<Vec<u8>>(corpus.words()).clone()).collect(),
        Base::Bytes(bytes) => bytes.clone(),
    };
    if let Base::Tree(seed, grafts) = base
        && let Some(tree) = corpus.tree(seed.index(corpus.seeds().len()))
    {
        return tree::grafted(tree.clone(), grafts, corpus).to_string().into_bytes();
    }
    mutations.iter().for_each(|mutation| mutation.apply(&mut bytes, corpus));
    bytes
}
