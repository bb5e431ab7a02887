//! Events as AWS delivers them to the function.

use serde_json::{Value, json};

/// Returns an event of the source `messagewall`, as EventBridge delivers it, with a new id.
#[must_use]
pub fn eventbridge(detail_type: &str, detail: &Value) -> Value {
    let id = format!("{:08x}-0000-4000-8000-{:012x}", fastrand::u32(..), fastrand::u64(..1 << 48));
    eventbridge_from(&id, "messagewall", detail_type, detail)
}

/// Returns an event as EventBridge delivers it.
#[must_use]
pub fn eventbridge_from(id: &str, source: &str, detail_type: &str, detail: &Value) -> Value {
    json!({
        "version": "0",
        "id": id,
        "detail-type": detail_type,
        "source": source,
        "account": "123456789012",
        "time": "2026-03-10T05:16:23Z",
        "region": "us-east-1",
        "resources": [],
        "detail": detail,
    })
}

/// Returns a request without a body, as the HTTP API delivers it in payload format 2.0.
#[must_use]
pub fn http_event(method: &str) -> Value {
    json!({
        "version": "2.0",
        "routeKey": "ANY /MessageWall",
        "rawPath": "/default/MessageWall",
        "rawQueryString": "",
        "headers": {
            "accept": "*/*",
            "content-length": "0",
            "host": "1a2b3c4d5e.execute-api.us-east-1.amazonaws.com",
            "user-agent": "curl/8.5.0",
            "x-amzn-trace-id": "Root=1-5f84c7a9-0e0b1e1e1e1e1e1e1e1e1e1e",
            "x-forwarded-for": "203.0.113.7",
            "x-forwarded-port": "443",
            "x-forwarded-proto": "https"
        },
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "1a2b3c4d5e",
            "domainName": "1a2b3c4d5e.execute-api.us-east-1.amazonaws.com",
            "domainPrefix": "1a2b3c4d5e",
            "http": {
                "method": method,
                "path": "/default/MessageWall",
                "protocol": "HTTP/1.1",
                "sourceIp": "203.0.113.7",
                "userAgent": "curl/8.5.0"
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": "ANY /MessageWall",
            "stage": "default",
            "time": "10/Mar/2026:05:16:23 +0000",
            "timeEpoch": 1_773_119_783_000_u64
        },
        "isBase64Encoded": false
    })
}
