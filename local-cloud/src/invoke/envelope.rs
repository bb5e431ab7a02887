//! The fields that an event bus adds to an event.

use serde_json::{Value, json};
use uuid::Uuid;

/// Adds the fields that an EventBridge event lacks. The id is a new one, so that the same file sent twice is two events, as on
/// the bus.
pub(super) fn complete(event: &mut Value) {
    let Some(event) = event.as_object_mut() else { return };
    if !event.contains_key("detail-type") {
        return;
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_gets_the_fields_of_the_bus_and_keeps_its_own() {
        let mut event = json!({ "source": "messagewall", "detail-type": "Message Posted", "id": "mine" });
        complete(&mut event);
        assert_eq!(event["id"], "mine");
        assert_eq!(event["account"], "123456789012");
    }

    #[test]
    fn other_events_stay_as_they_are() {
        let command = json!({ "command": "read" });
        let mut event = command.clone();
        complete(&mut event);
        assert_eq!(event, command);
    }
}
