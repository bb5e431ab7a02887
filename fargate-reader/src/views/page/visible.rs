//! Text in which every character can be seen.

use std::borrow::Cow;

/// Replaces the characters that cannot be seen, or that change the order of others: control characters by their pictures
/// (U+2400), and marks of direction by their numbers. Tabs and line breaks stay.
pub(super) fn visible(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '\u{7f}' => shown.push('\u{2421}'),
            hidden if is_hidden(hidden) => {
                let picture = char::from_u32(0x2400 + u32::from(hidden)).filter(|_| hidden < ' ');
                match picture {
                    Some(picture) => shown.push(picture),
                    None => shown.push_str(&hidden.escape_unicode().to_string()),
                }
            }
            seen => shown.push(seen),
        }
    }
    Cow::Owned(shown)
}

fn is_hidden(character: char) -> bool {
    let directs = matches!(character, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    directs || (character.is_control() && !matches!(character, '\n' | '\t'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_that_cannot_be_seen_are_shown() {
        assert_eq!(visible("a\0b\u{1b}[1m\r\n\tc\u{7f}\u{85}\u{202e}d"), "a␀b␛[1m␍\n\tc␡\\u{85}\\u{202e}d");
        assert!(matches!(visible("as it is, ü 🐦"), Cow::Borrowed(_)));
    }
}
