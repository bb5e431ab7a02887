//! Events as EventBridge delivers them.

use serde_json::{Value, json};

/// An event of source `messagewall`, with an id of its own.
#[must_use]
pub fn eventbridge(detail_type: &str, detail: &Value) -> Value {
    let id = format!("{:08x}-0000-4000-8000-{:012x}", fastrand::u32(..), fastrand::u64(..1 << 48));
    json!({
        "version": "0",
        "id": id,
        "detail-type": detail_type,
        "source": "messagewall",
        "account": "123456789012",
        "time": "2026-01-01T12:00:00Z",
        "region": "us-east-1",
        "resources": [],
        "detail": detail,
    })
}
