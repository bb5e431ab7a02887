//! The key of a request, which makes it safe to send the request again.

use axum::http::{HeaderMap, HeaderName, StatusCode};
use ulid::Ulid;
use wall_api::MAX_EVENT_CHARS;

use crate::doors::error::ApiError;

/// The header that contains the key.
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The name of the header in errors.
const HEADER: &str = "Idempotency-Key";

/// The name of the field of the body that contains the key.
const FIELD: &str = "event";

/// The key of a request. The function gets it as the event id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) id: String,
    /// True if the client chose it. Otherwise the client cannot repeat the request.
    pub(super) given: bool,
}

impl Key {
    /// Returns the key that the client sent, in the header or as `event` in the body, or else a new one.
    ///
    /// # Errors
    /// Returns `event_id_invalid` if a key is invalid, or if different ones were sent.
    pub(super) fn new(headers: &HeaderMap, event: Option<String>) -> Result<Self, ApiError> {
        let event = event.map(|event| valid(FIELD, event.as_bytes())).transpose()?;
        let mut sent = headers.get_all(IDEMPOTENCY_KEY).iter().map(|key| valid(HEADER, key.as_bytes()));
        let (header, another) = (sent.next().transpose()?, sent.next());
        if another.is_some() {
            return Err(invalid(HEADER, "was sent more than once"));
        }
        match (header, event) {
            (Some(header), Some(event)) if header != event => {
                Err(invalid(HEADER, "differs from the event in the body: send one of them"))
            }
            (Some(id), _) | (None, Some(id)) => Ok(Self { id, given: true }),
            (None, None) => Ok(Self { id: Ulid::generate().to_string(), given: false }),
        }
    }
}

fn valid(name: &'static str, key: &[u8]) -> Result<String, ApiError> {
    let visible = (1..=MAX_EVENT_CHARS).contains(&key.len()) && key.iter().all(u8::is_ascii_graphic);
    let key = std::str::from_utf8(key).ok().filter(|_| visible).map(str::to_owned);
    key.ok_or_else(|| invalid(name, &format!("must be 1 to {MAX_EVENT_CHARS} visible ASCII characters")))
}

fn invalid(name: &'static str, fault: &str) -> ApiError {
    ApiError::in_field(StatusCode::BAD_REQUEST, "event_id_invalid", name, fault)
}
