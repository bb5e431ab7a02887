//! Reading a part of an event, so that what is wrong is told with its place.

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::error::{Failure, Problem};

/// Reads the object `value`, which stands at `place` in the event. What is wrong is told as this `problem`.
pub(super) fn parse<T: DeserializeOwned>(value: Value, place: &str, problem: Problem) -> Result<T, Failure> {
    // Serde would read an array as the fields in their order.
    if !value.is_object() {
        return Err(Failure::input(problem, format!("{place}: must be a JSON object")));
    }
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string();
        let place = if path == "." { place.to_owned() } else { format!("{place}.{path}") };
        Failure::input(problem, format!("{place}: {}", error.inner()))
    })
}
