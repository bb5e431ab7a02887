//! Ids of requests, attempts and environments.

/// A new request id, of the form Lambda's have.
pub(crate) fn new_id() -> String {
    let hex = format!("{:032x}", ulid::Ulid::generate().0);
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}
