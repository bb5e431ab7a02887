//! The form of a configuration, made of its schema. A new field of a configuration needs no code here.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value};
use shared_volume::config::{Config, Fields};

use crate::views::page::figures::grouped;

/// The form of a configuration.
#[derive(Debug, Clone)]
pub(crate) struct ConfigForm {
    pub(super) fields: Vec<Field>,
    /// The objects that are null if none of their texts is filled in, such as `banner`.
    optional: Vec<String>,
}

/// A field of the form.
#[derive(Debug, Clone)]
pub(super) struct Field {
    /// The path of the field, such as `banner.tone`. It is the name of the input, too.
    pub(super) path: String,
    pub(super) kind: Kind,
    /// The value as text; a list has one item on each line.
    pub(super) value: String,
    pub(super) hint: String,
    /// The description in the schema.
    pub(super) about: String,
}

/// The kinds of inputs.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    Text { max: u64 },
    Colour,
    Choice(Vec<String>),
    Number { min: u64, max: u64 },
    List,
}

impl ConfigForm {
    /// Returns the form of a configuration.
    pub(crate) fn of(config: &Config) -> Self {
        Self::of_fields(&Fields::of(config))
    }

    /// Returns the form of a configuration that is kept as its fields.
    pub(super) fn of_fields(values: &Fields) -> Self {
        let schema = Config::schema();
        let mut form = Self { fields: Vec::new(), optional: Vec::new() };
        form.add(&schema, &schema, "");
        let order = Names::of(&Config::default());
        form.fields.sort_by_key(|field| order.place(&field.path));
        for field in &mut form.fields {
            let value = values.value(&field.path);
            if value != Value::Null {
                field.value = as_text(&value);
            }
        }
        form
    }

    /// Fills in what was typed. Fields that were not sent keep their values.
    pub(crate) fn fill<E>(&mut self, sent: impl Fn(&str) -> Result<Option<String>, E>) -> Result<(), E> {
        for field in &mut self.fields {
            if let Some(value) = sent(&field.path)? {
                // Browsers send line breaks as CRLF.
                field.value = value.replace("\r\n", "\n");
            }
        }
        Ok(())
    }

    /// Returns the document that was filled in. It may be invalid.
    pub(crate) fn document(&self) -> Value {
        let mut document = Map::new();
        for field in &self.fields {
            let (parent, name) = field.path.rsplit_once('.').unwrap_or(("", &field.path));
            let mut object = &mut document;
            for step in parent.split('.').filter(|step| !step.is_empty()) {
                let inner = object.entry(step).or_insert_with(|| Value::Object(Map::new()));
                let Value::Object(inner) = inner else { return Value::Null };
                object = inner;
            }
            object.insert(name.to_owned(), field.as_json());
        }
        for path in &self.optional {
            let below = format!("{path}.");
            let mut texts = self.fields.iter().filter(|field| field.path.starts_with(&below) && field.is_text());
            if texts.all(|field| field.value.trim().is_empty()) {
                document.remove(path);
            }
        }
        Value::Object(document)
    }

    fn add(&mut self, root: &Value, schema: &Value, path: &str) {
        let Some(properties) = schema["properties"].as_object() else { return };
        for (name, property) in properties {
            let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
            let (resolved, is_optional) = resolve(root, property);
            if resolved["properties"].is_object() {
                if is_optional {
                    self.optional.push(path.clone());
                }
                self.add(root, resolved, &path);
            } else {
                let about = property["description"].as_str().unwrap_or_default().to_owned();
                self.fields.push(Field::new(path, resolved, about, &property["default"]));
            }
        }
    }
}

impl Field {
    fn new(path: String, schema: &Value, about: String, default: &Value) -> Self {
        let number = |name: &str| schema[name].as_u64();
        let kind = match schema["type"].as_str() {
            _ if !choices(schema).is_empty() => Kind::Choice(choices(schema)),
            Some("integer") => {
                Kind::Number { min: number("minimum").unwrap_or(0), max: number("maximum").unwrap_or(u64::MAX) }
            }
            Some("array") => Kind::List,
            _ if schema["pattern"].as_str().is_some_and(|pattern| pattern.starts_with("^#")) => Kind::Colour,
            _ => Kind::Text { max: number("maxLength").unwrap_or(u64::MAX) },
        };
        let spaced = |number: u64| usize::try_from(number).map_or_else(|_| number.to_string(), grouped);
        let hint = match &kind {
            Kind::Text { max } => format!("up to {} characters", spaced(*max)),
            Kind::Number { min, max } => format!("{} to {}", spaced(*min), spaced(*max)),
            Kind::List => "one on each line".to_owned(),
            Kind::Colour => "#rrggbb".to_owned(),
            Kind::Choice(_) => String::new(),
        };
        let value = match (&kind, default) {
            (Kind::Choice(choices), Value::Null) => choices.first().cloned().unwrap_or_default(),
            (_, default) => as_text(default),
        };
        Self { path, kind, value, hint, about }
    }

    /// Returns true if an error is about this field, or about something inside it.
    pub(super) fn is_at(&self, path: &str) -> bool {
        path.strip_prefix(&self.path).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    }

    fn is_text(&self) -> bool {
        matches!(self.kind, Kind::Text { .. })
    }

    /// Returns the number of lines that the input has at first.
    pub(super) fn lines(&self) -> usize {
        self.value.lines().count().clamp(2, 8)
    }

    fn as_json(&self) -> Value {
        match &self.kind {
            Kind::List => {
                let items = self.value.lines().map(str::trim).filter(|item| !item.is_empty());
                items.map(Value::from).collect()
            }
            // Anything else is refused, by the name of the field.
            Kind::Number { .. } => match self.value.trim().parse::<u64>() {
                Ok(number) => number.into(),
                Err(_) => Value::from(self.value.as_str()),
            },
            Kind::Text { .. } | Kind::Colour | Kind::Choice(_) => Value::from(self.value.as_str()),
        }
    }
}

/// The names of the fields of a configuration, in the order in which it is written.
struct Names(Vec<String>);

impl Names {
    fn of(config: &Config) -> Self {
        let json = serde_json::to_string(config).unwrap_or_default();
        serde_json::from_str(&json).unwrap_or(Self(Vec::new()))
    }

    /// Returns the place of the top-level field that `path` begins with.
    fn place(&self, path: &str) -> usize {
        let top = path.split('.').next().unwrap_or(path);
        self.0.iter().position(|name| name == top).unwrap_or(self.0.len())
    }
}

impl<'de> Deserialize<'de> for Names {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(NamesVisitor)
    }
}

struct NamesVisitor;

impl<'de> Visitor<'de> for NamesVisitor {
    type Value = Names;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Names, A::Error> {
        let mut names = Vec::new();
        while let Some((name, IgnoredAny)) = map.next_entry()? {
            names.push(name);
        }
        Ok(Names(names))
    }
}

/// Follows references, and returns true if null is allowed, too.
fn resolve<'a>(root: &'a Value, schema: &'a Value) -> (&'a Value, bool) {
    if let Some(pointer) = schema["$ref"].as_str().and_then(|reference| reference.strip_prefix('#')) {
        return root.pointer(pointer).map_or((schema, false), |found| (found, false));
    }
    let any = schema["anyOf"].as_array().map(Vec::as_slice).unwrap_or_default();
    let is_null = |schema: &&Value| schema["type"] == "null";
    match any.iter().find(|schema| !is_null(schema)) {
        Some(found) => (resolve(root, found).0, any.iter().any(|schema| is_null(&schema))),
        None => (schema, false),
    }
}

fn choices(schema: &Value) -> Vec<String> {
    let named = |list: &Value, name: fn(&Value) -> Option<&str>| -> Vec<String> {
        list.as_array().into_iter().flatten().filter_map(name).map(str::to_owned).collect()
    };
    let listed = named(&schema["enum"], Value::as_str);
    if listed.is_empty() { named(&schema["oneOf"], |choice| choice["const"].as_str()) } else { listed }
}

fn as_text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(as_text).collect::<Vec<_>>().join("\n"),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn config(document: Value) -> Config {
        Config::from_value(document).unwrap()
    }

    #[test]
    fn the_form_of_a_configuration_sends_the_same_configuration() {
        for document in [
            json!({}),
            json!({
                "title": "Ü \"x\"", "banner": { "text": "Read only.", "tone": "danger" }, "accent": "#123456",
                "posting": "closed", "max_message_chars": 7, "keep_messages": 8, "blocked_words": ["a b", "c"]
            }),
        ] {
            let expected = config(document);
            assert_eq!(config(ConfigForm::of(&expected).document()), expected);
        }
    }

    #[test]
    fn each_field_has_the_input_of_its_kind() {
        let form = ConfigForm::of(&Config::default());
        let paths: Vec<_> = form.fields.iter().map(|field| field.path.as_str()).collect();
        assert_eq!(paths[..4], ["title", "banner.text", "banner.tone", "accent"], "the order of the document");
        let kind = |path: &str| form.fields.iter().find(|field| field.path == path).unwrap().kind.clone();
        let choice = |choices: &[&str]| Kind::Choice(choices.iter().map(|choice| (*choice).to_owned()).collect());
        assert_eq!(kind("title"), Kind::Text { max: 120 });
        assert_eq!(kind("banner.tone"), choice(&["info", "success", "warning", "danger"]));
        assert_eq!(kind("posting"), choice(&["open", "closed"]));
        assert_eq!(kind("accent"), Kind::Colour);
        assert_eq!(kind("max_message_chars"), Kind::Number { min: 1, max: 4000 });
        assert_eq!(kind("blocked_words"), Kind::List);
    }

    #[test]
    fn what_was_typed_is_kept_even_if_it_is_invalid() {
        let mut form = ConfigForm::of(&config(json!({ "banner": { "text": "x", "tone": "danger" } })));
        let sent = |name: &str| match name {
            "banner.text" => Some(" ".to_owned()),
            "max_message_chars" => Some("many".to_owned()),
            "blocked_words" => Some("a\r\n\r\n b \r\n".to_owned()),
            _ => None,
        };
        form.fill(|name| Ok::<_, ()>(sent(name))).unwrap();
        let document = form.document();
        assert_eq!((&document["banner"], &document["blocked_words"]), (&Value::Null, &json!(["a", "b"])));
        assert_eq!(document["max_message_chars"], json!("many"));
    }
}
