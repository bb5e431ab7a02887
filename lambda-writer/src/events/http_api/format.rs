//! The format of a response.

use std::str::FromStr;

use mime::Mime;

/// The formats of a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// Text, as in the 2020 blog post.
    Text,
    /// JSON.
    Json,
}

impl Format {
    /// Returns JSON if the `Accept` header names `application/json` and gives it at least the quality of `text/plain`, else
    /// text.
    pub(super) fn accepted(accept: Option<&str>) -> Self {
        let quality = |wanted: Mime| {
            let ranges = accept.unwrap_or_default().split(',').filter_map(|range| Mime::from_str(range.trim()).ok());
            let range = ranges.into_iter().find(|range| range.essence_str() == wanted.essence_str());
            range.map_or(0.0, |range| quality_of(&range))
        };
        let json = quality(mime::APPLICATION_JSON);
        if json > 0.0 && json >= quality(mime::TEXT_PLAIN) { Self::Json } else { Self::Text }
    }
}

fn quality_of(range: &Mime) -> f32 {
    range.get_param("q").map_or(1.0, |quality| quality.as_str().parse().unwrap_or(0.0))
}
