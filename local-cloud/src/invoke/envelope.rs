//! The fields that an event bus adds to an event.

use anyhow::{Context, ensure};
use serde_json::{Map, Value, json};
use shared_volume::json::distinct;
use uuid::Uuid;

/// Adds the fields that an EventBridge event lacks. The id is a new one, so that the same file sent twice is two events, as on
/// the bus. An entry of `PutEvents` becomes such an event.
///
/// # Errors
/// Returns an error if the detail of an entry is no JSON object.
pub(super) fn complete(event: &mut Value) -> anyhow::Result<()> {
    let Some(event) = event.as_object_mut() else { return Ok(()) };
    if event.contains_key("Source") && event.contains_key("DetailType") {
        *event = of_entry(event)?;
    }
    if !event.contains_key("detail-type") {
        return Ok(());
    }
    let added = [
        ("version", json!("0")),
        ("id", json!(Uuid::new_v4().to_string())),
        ("account", json!("123456789012")),
        ("time", json!(jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string())),
        ("region", json!("us-east-1")),
        ("resources", json!([])),
    ];
    for (field, value) in added {
        event.entry(field).or_insert(value);
    }
    Ok(())
}

/// Returns the event that the bus makes of an entry.
fn of_entry(entry: &Map<String, Value>) -> anyhow::Result<Map<String, Value>> {
    let text = entry.get("Detail").and_then(Value::as_str).context("Detail must be a string")?;
    let detail = distinct(text).context("Detail is no JSON")?;
    ensure!(detail.is_object(), "Detail must be a JSON object in a string");
    let mut event = Map::from_iter([("detail".to_owned(), detail)]);
    for (field, name) in [("source", "Source"), ("detail-type", "DetailType"), ("resources", "Resources")] {
        event.extend(entry.get(name).map(|value| (field.to_owned(), value.clone())));
    }
    Ok(event)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_gets_the_fields_of_the_bus_and_keeps_its_own() {
        let mut event = json!({ "source": "messagewall", "detail-type": "Message Posted", "id": "mine" });
        complete(&mut event).unwrap();
        assert_eq!(event["id"], "mine");
        assert_eq!(event["account"], "123456789012");
    }

    #[test]
    fn an_entry_of_put_events_becomes_the_event_that_the_bus_makes_of_it() {
        let mut entry = json!({ "Source": "s", "DetailType": "t", "Detail": "{\"text\":\"x\"}", "EventBusName": "b" });
        complete(&mut entry).unwrap();
        assert_eq!((&entry["source"], &entry["detail-type"]), (&json!("s"), &json!("t")));
        assert_eq!((&entry["detail"]["text"], &entry["version"]), (&json!("x"), &json!("0")));
        for detail in [json!("{"), json!("[]"), json!({})] {
            let mut entry = json!({ "Source": "s", "DetailType": "t", "Detail": detail });
            assert!(complete(&mut entry).is_err(), "{entry}");
        }
    }

    #[test]
    fn other_events_stay_as_they_are() {
        let command = json!({ "command": "read" });
        let mut event = command.clone();
        complete(&mut event).unwrap();
        assert_eq!(event, command);
    }
}
