//! The published JSON schema of a configuration, as a validator understands it.

use serde_json::Value;
use shared_volume::config::Config;

/// The schema of a configuration.
pub(super) struct Schema(Value);

impl Schema {
    pub(super) fn new() -> Self {
        Self(Config::schema())
    }

    /// Returns true if the schema allows `value`.
    pub(super) fn allows(&self, value: &Value) -> bool {
        self.fits(&self.0, value)
    }

    fn fits(&self, rules: &Value, value: &Value) -> bool {
        let Value::Object(rules) = rules else { return rules.as_bool().expect("rules, true or false") };
        rules.iter().all(|(rule, limit)| match rule.as_str() {
            "$schema" | "title" | "description" | "default" | "$defs" | "format" => true,
            "$ref" => self.fits(self.referred(limit.as_str().unwrap()), value),
            "anyOf" => limit.as_array().unwrap().iter().any(|rules| self.fits(rules, value)),
            "oneOf" => limit.as_array().unwrap().iter().filter(|rules| self.fits(rules, value)).count() == 1,
            "type" => is_of_type(limit, value),
            "enum" => limit.as_array().unwrap().contains(value),
            "const" => limit == value,
            "minimum" => value.as_f64().is_none_or(|number| number >= limit.as_f64().unwrap()),
            "maximum" => value.as_f64().is_none_or(|number| number <= limit.as_f64().unwrap()),
            "minLength" => value.as_str().is_none_or(|text| text.chars().count() as u64 >= limit.as_u64().unwrap()),
            "maxLength" => value.as_str().is_none_or(|text| text.chars().count() as u64 <= limit.as_u64().unwrap()),
            "pattern" => value.as_str().is_none_or(|text| matches(limit.as_str().unwrap(), text)),
            "maxItems" => value.as_array().is_none_or(|items| items.len() as u64 <= limit.as_u64().unwrap()),
            "items" => value.as_array().is_none_or(|items| items.iter().all(|item| self.fits(limit, item))),
            "required" => value.as_object().is_none_or(|fields| {
                limit.as_array().unwrap().iter().all(|name| fields.contains_key(name.as_str().unwrap()))
            }),
            "properties" => value.as_object().is_none_or(|fields| {
                fields.iter().all(|(name, value)| limit.get(name).is_none_or(|rules| self.fits(rules, value)))
            }),
            "additionalProperties" => value.as_object().is_none_or(|fields| {
                assert_eq!(*limit, Value::Bool(false));
                fields.keys().all(|name| rules["properties"].get(name).is_some())
            }),
            other => panic!("a rule that this validator does not know: {other}"),
        })
    }

    fn referred(&self, reference: &str) -> &Value {
        self.0.pointer(reference.strip_prefix('#').unwrap()).expect("the schema refers to its own definitions")
    }
}

fn is_of_type(kind: &Value, value: &Value) -> bool {
    if let Value::Array(kinds) = kind {
        return kinds.iter().any(|kind| is_of_type(kind, value));
    }
    match kind.as_str().unwrap() {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "null" => value.is_null(),
        "integer" => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        other => panic!("a type that this validator does not know: {other}"),
    }
}

/// Returns true if `text` matches a pattern of the schema. It has two.
fn matches(pattern: &str, text: &str) -> bool {
    match pattern {
        "^#[0-9a-fA-F]{6}$" => {
            text.len() == 7 && text.starts_with('#') && text[1..].bytes().all(|byte| byte.is_ascii_hexdigit())
        }
        r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$" => {
            // The white space of ECMA-262 includes the byte order mark.
            let is_visible = |c: char| !c.is_whitespace() && c != '\u{feff}';
            !text.contains(char::is_control) && text.contains(is_visible)
        }
        other => panic!("a pattern that this validator does not know: {other}"),
    }
}
