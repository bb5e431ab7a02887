//! Damage to JSON that stays JSON.

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any};
use proptest::prop_oneof;
use proptest::sample::Index;
use serde_json::{Value, json};

use super::corpus::Corpus;
use super::mutation::{Mutation, any_mutation};
use super::odd;

/// A change at one place of a JSON value.
#[derive(Debug, Clone)]
pub(super) struct Graft {
    place: Index,
    change: Change,
}

#[derive(Debug, Clone)]
enum Change {
    /// Puts an odd value there.
    Odd(Index),
    /// Puts a value of a seed there.
    Foreign(Index, Index),
    /// Damages the text that stands there.
    Text(Vec<Mutation>),
    /// Removes the field or item.
    Remove,
    /// Adds a field or an item: a copy of a value of a seed.
    Add(Index, Index),
    /// Puts the value into many arrays.
    Nest(usize),
}

pub(super) fn graft() -> impl Strategy<Value = Graft> {
    let any = any::<Index>;
    let change = prop_oneof![
        3 => any().prop_map(Change::Odd),
        2 => (any(), any()).prop_map(|(seed, place)| Change::Foreign(seed, place)),
        4 => vec(any_mutation(), 1..3).prop_map(Change::Text),
        2 => Just(Change::Remove),
        2 => (any(), any()).prop_map(|(seed, place)| Change::Add(seed, place)),
        1 => (1..150_usize).prop_map(Change::Nest),
    ];
    (any(), change).prop_map(|(place, change)| Graft { place, change })
}

/// Returns `tree` with all changes.
pub(super) fn grafted(mut tree: Value, grafts: &[Graft], corpus: &Corpus) -> Value {
    for Graft { place, change } in grafts {
        let places = places(&tree);
        let place: &String = place.get(&places);
        if let Change::Remove = change {
            remove(&mut tree, place);
        } else if let Some(value) = tree.pointer_mut(place) {
            change.apply(value, corpus);
        }
    }
    tree
}

impl Change {
    fn apply(&self, value: &mut Value, corpus: &Corpus) {
        match self {
            Self::Odd(which) => *value = which.get(&odd::values()).clone(),
            Self::Foreign(seed, place) => *value = foreign(corpus, *seed, *place),
            Self::Text(mutations) => {
                let mut bytes = value.as_str().map_or_else(|| value.to_string(), str::to_owned).into_bytes();
                mutations.iter().for_each(|mutation| mutation.apply(&mut bytes, corpus));
                let text = String::from_utf8_lossy(&bytes);
                let number = text.parse().ok().filter(|_| value.is_number());
                *value = number.map_or_else(|| json!(text), Value::Number);
            }
            Self::Add(seed, place) => {
                let added = foreign(corpus, *seed, *place);
                match value {
                    Value::Array(items) => items.push(added),
                    Value::Object(fields) => {
                        let name = String::from_utf8_lossy(place.get::<Vec<u8>>(corpus.words())).into_owned();
                        fields.insert(name, added);
                    }
                    other => *other = json!([other, added]),
                }
            }
            Self::Nest(depth) => (0..*depth).for_each(|_| *value = json!([value.take()])),
            Self::Remove => {}
        }
    }
}

/// Returns a value of a seed, or an odd one if the seed is not JSON.
fn foreign(corpus: &Corpus, seed: Index, place: Index) -> Value {
    let tree = corpus.tree(seed.index(corpus.seeds().len()));
    let value = tree.and_then(|tree| tree.pointer(place.get::<String>(&places(tree))));
    value.cloned().unwrap_or_else(|| place.get(&odd::values()).clone())
}

fn remove(tree: &mut Value, place: &str) {
    let Some((parent, name)) = place.rsplit_once('/') else { return };
    match tree.pointer_mut(parent) {
        Some(Value::Object(fields)) => drop(fields.remove(&name.replace("~1", "/").replace("~0", "~"))),
        Some(Value::Array(items)) => drop(name.parse().ok().map(|at: usize| items.remove(at))),
        _ => {}
    }
}

/// Returns the pointers to all values (RFC 6901).
fn places(tree: &Value) -> Vec<String> {
    fn collect(value: &Value, place: &str, places: &mut Vec<String>) {
        places.push(place.to_owned());
        match value {
            Value::Object(fields) => fields.iter().for_each(|(name, value)| {
                collect(value, &format!("{place}/{}", name.replace('~', "~0").replace('/', "~1")), places);
            }),
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(at, item)| collect(item, &format!("{place}/{at}"), places));
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    collect(tree, "", &mut found);
    found
}
