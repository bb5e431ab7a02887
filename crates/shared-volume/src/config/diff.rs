//! The differences between two configurations, field by field.
//!
//! They are computed from the serialized documents, so a new field of a configuration needs no code here.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use super::schema::Config;

/// A field that two configurations have with different values.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FieldChange {
    /// The path of the field, such as `banner.tone`.
    pub field: String,
    /// The value before; null if the field was missing.
    pub before: Value,
    /// The value after; null if the field is missing.
    pub after: Value,
    /// The items that a list has gained.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub added: Vec<Value>,
    /// The items that a list has lost.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<Value>,
}

/// The fields of a configuration in a compact form: the path of each, and its value as JSON text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fields(BTreeMap<String, Arc<str>>);

/// Compares two configurations. Returns the fields that differ, sorted by their paths.
#[must_use]
pub fn diff(before: &Config, after: &Config) -> Vec<FieldChange> {
    Fields::of(after).changes_since(&Fields::of(before))
}

impl Fields {
    /// Returns the fields of a configuration.
    #[must_use]
    pub fn of(config: &Config) -> Self {
        let mut fields = BTreeMap::new();
        flatten(serde_json::to_value(config).unwrap_or_default(), String::new(), &mut fields);
        Self(fields)
    }

    /// Returns the fields without this one.
    #[must_use]
    pub fn without(mut self, field: &str) -> Self {
        self.0.remove(field);
        self
    }

    /// Shares the memory of all values that `other` has, too.
    pub fn share_with(&mut self, other: &Self) {
        for (field, value) in &mut self.0 {
            if let Some(same) = other.0.get(field).filter(|same| *same == value) {
                *value = Arc::clone(same);
            }
        }
    }

    /// Returns the fields that differ from those of an earlier configuration, sorted by their paths.
    #[must_use]
    pub fn changes_since(&self, before: &Self) -> Vec<FieldChange> {
        let gone = before.0.keys().filter(|field| !self.0.contains_key(*field));
        let mut paths: Vec<_> = self.0.keys().chain(gone).collect();
        paths.sort_unstable();
        let differ = paths.into_iter().filter(|field| self.0.get(*field) != before.0.get(*field));
        differ.map(|field| FieldChange::new(field, before.value(field), self.value(field))).collect()
    }

    /// Returns the value of a field; null if the configuration does not have it.
    #[must_use]
    pub fn value(&self, field: &str) -> Value {
        self.0.get(field).and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default()
    }
}

impl FieldChange {
    fn new(field: &str, before: Value, after: Value) -> Self {
        let (added, removed) = match (before.as_array(), after.as_array()) {
            (None, None) => (Vec::new(), Vec::new()),
            (before, after) => {
                let (before, after) = (before.map_or(&[][..], Vec::as_slice), after.map_or(&[][..], Vec::as_slice));
                (surplus(after, before), surplus(before, after))
            }
        };
        Self { field: field.to_owned(), before, after, added, removed }
    }
}

/// Adds the values below `path`. An empty object is a value, too.
fn flatten(value: Value, path: String, fields: &mut BTreeMap<String, Arc<str>>) {
    match value {
        Value::Object(inner) if !inner.is_empty() => {
            for (name, value) in inner {
                let path = if path.is_empty() { name } else { format!("{path}.{name}") };
                flatten(value, path, fields);
            }
        }
        // A missing object has no fields, so that only those of the object differ.
        Value::Null => {}
        value => drop(fields.insert(path, value.to_string().into())),
    }
}

/// Returns the items of `list` that `other` does not have, or has less often.
fn surplus(list: &[Value], other: &[Value]) -> Vec<Value> {
    let mut left: BTreeMap<String, usize> = BTreeMap::new();
    for item in other {
        *left.entry(item.to_string()).or_default() += 1;
    }
    let is_surplus = |item: &&Value| match left.get_mut(&item.to_string()) {
        Some(count) if *count > 0 => {
            *count -= 1;
            false
        }
        _ => true,
    };
    list.iter().filter(is_surplus).cloned().collect()
}
