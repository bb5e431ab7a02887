//! Events of no known source.

use serde_json::Value;

use crate::error::{Failure, Problem};

/// The largest number of fields that a description names.
const MAX_FIELDS: usize = 8;

/// The longest name of a field in a description, in characters.
const MAX_FIELD_CHARS: usize = 40;

/// Returns the failure of an event of no known source.
pub(super) fn failure(event: &Value) -> Failure {
    let expected = "expected a `command`, or an event of an HTTP API (payload 2.0) or of EventBridge";
    Failure::event(Problem::EventUnknown, format!("this is {}; {expected}", description(event)))
}

/// Describes an event by its shape, because its values may be long or private.
fn description(event: &Value) -> String {
    match event {
        Value::Null => "null".to_owned(),
        Value::Bool(_) => "a boolean".to_owned(),
        Value::Number(_) => "a number".to_owned(),
        Value::String(_) => "a string".to_owned(),
        Value::Array(items) => format!("an array of {}", items.len()),
        Value::Object(fields) if fields.is_empty() => "an object without fields".to_owned(),
        Value::Object(fields) => {
            let short = |name: &String| format!("{:?}", name.chars().take(MAX_FIELD_CHARS).collect::<String>());
            let mut names: Vec<String> = fields.keys().map(short).collect();
            // The order of a map's fields depends on the features of serde_json.
            names.sort_unstable();
            names.truncate(MAX_FIELDS);
            let more = if fields.len() > names.len() { " and more" } else { "" };
            format!("an object with the fields {}{more}", names.join(", "))
        }
    }
}
