//! The key of a request, which makes it harmless to send it again.

use axum::http::{HeaderMap, HeaderName, StatusCode};
use ulid::Ulid;

use crate::error::ApiError;

const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The longest key that the function remembers.
const MAX_CHARS: usize = 256;

/// A request's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) id: String,
    /// Whether the client chose it. Else nobody can repeat the request.
    pub(super) given: bool,
}

impl Key {
    /// The key that the client sent, in the header or as `event` in the body, or else a new one.
    pub(super) fn new(headers: &HeaderMap, event: Option<String>) -> Result<Self, ApiError> {
        let event = event.map(|event| valid("event", event.as_bytes())).transpose()?;
        let mut sent = headers.get_all(IDEMPOTENCY_KEY).iter().map(|key| valid("Idempotency-Key", key.as_bytes()));
        let (header, another) = (sent.next().transpose()?, sent.next());
        if another.is_some() {
            return Err(invalid("Idempotency-Key: was sent more than once"));
        }
        match (header, event) {
            (Some(header), Some(event)) if header != event => {
                Err(invalid("Idempotency-Key: differs from the event in the body: send one of them"))
            }
            (Some(id), _) | (None, Some(id)) => Ok(Self { id, given: true }),
            (None, None) => Ok(Self { id: Ulid::generate().to_string(), given: false }),
        }
    }
}

fn valid(name: &str, key: &[u8]) -> Result<String, ApiError> {
    let visible = (1..=MAX_CHARS).contains(&key.len()) && key.iter().all(u8::is_ascii_graphic);
    let key = std::str::from_utf8(key).ok().filter(|_| visible).map(str::to_owned);
    key.ok_or_else(|| invalid(format!("{name}: must be 1 to {MAX_CHARS} visible ASCII characters")))
}

fn invalid(message: impl Into<String>) -> ApiError {
    ApiError::new(StatusCode::BAD_REQUEST, "event_id_invalid", message)
}
