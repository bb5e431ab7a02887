//! Texts of failures, which repeat what a sender chose.

use std::borrow::Cow;

/// The longest text of a failure, in characters. A longer one could make a reply larger than Lambda accepts.
const MAX_CHARS: usize = 1000;

/// The characters that are left of a longer text, at its beginning and at its end.
const KEPT_CHARS: usize = 400;

/// Returns a text without its middle if it is long. At the beginning of a text stands its field, and at the end often its place.
pub(crate) fn short(text: &str) -> Cow<'_, str> {
    if text.chars().nth(MAX_CHARS).is_none() {
        return text.into();
    }
    let place = |at: Option<(usize, char)>| at.map_or(0, |(at, _)| at);
    let (begin, end) = (text.char_indices().nth(KEPT_CHARS), text.char_indices().nth_back(KEPT_CHARS - 1));
    format!("{} … {}", &text[..place(begin)], &text[place(end)..]).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_keeps_its_beginning_and_its_end() {
        let long = format!("field: {} at line 3", "\u{e9}".repeat(MAX_CHARS));
        let short_text = short(&long);
        assert!(short_text.starts_with("field: ") && short_text.ends_with(" at line 3"), "{short_text}");
        assert_eq!(short_text.chars().count(), 2 * KEPT_CHARS + 3);
        assert_eq!(short(&"x".repeat(MAX_CHARS)).len(), MAX_CHARS);
    }
}
