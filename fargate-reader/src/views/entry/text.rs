//! The text of a message, cut into text and links.
//!
//! A plain line may be long and contain anything, so every step takes time in proportion to the text, and none recurses. The
//! crate `linkify` is not used, because it does not guarantee this, nor handle the punctuation of every language.

use std::borrow::Cow;

/// A piece of a message. The template escapes both kinds.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    Text(&'a str),
    /// An address that begins with `http://` or `https://`. Nothing else is ever linked.
    Link(&'a str),
}

/// Cuts `text` into pieces. Joined, they are `text` again.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let (mut pieces, mut done, mut from) = (Vec::new(), 0, 0);
    while let Some(found) = text[from..].find("://") {
        let colon = from + found;
        let Some(start) = scheme_start(text, done, colon) else {
            from = colon + 3;
            continue;
        };
        // No address is scanned twice: it becomes a link or is skipped, except for the punctuation at its end, which
        // contains no further address.
        from = start + address_length(&text[start..]);
        if text[start..from].ends_with("://") {
            continue;
        }
        if done < start {
            pieces.push(Piece::Text(&text[done..start]));
        }
        pieces.push(Piece::Link(&text[start..from]));
        done = from;
    }
    if done < text.len() {
        pieces.push(Piece::Text(&text[done..]));
    }
    pieces
}

/// Returns the beginning of the address whose `://` is at `colon`, or `None` if its scheme is another one or the end of a
/// longer word.
fn scheme_start(text: &str, done: usize, colon: usize) -> Option<usize> {
    let is_scheme = |scheme: &&str| {
        let start = colon.checked_sub(scheme.len()).filter(|start| *start >= done);
        start.and_then(|start| text.get(start..colon)).is_some_and(|found| found.eq_ignore_ascii_case(scheme))
    };
    let start = colon - ["https", "http"].into_iter().find(is_scheme)?.len();
    let stands_alone = !text[..start].chars().next_back().is_some_and(char::is_alphanumeric);
    stands_alone.then_some(start)
}

/// Returns the length of the address at the beginning of `text`, without the punctuation of the sentence around it.
fn address_length(text: &str) -> usize {
    let stops =
        |c: char| c.is_whitespace() || c.is_control() || changes_direction(c) || matches!(c, '<' | '>' | '"' | '`');
    let mut address = &text[..text.find(stops).unwrap_or(text.len())];
    // For each kind of bracket, the number of opening ones minus the number of closing ones.
    let mut open = BRACKETS.map(|(opening, closing)| {
        let count = |bracket| address.bytes().filter(|byte| *byte == bracket).count().cast_signed();
        count(opening as u8) - count(closing as u8)
    });
    while let Some(last) = address.chars().next_back().filter(|_| !address.ends_with("://")) {
        let bracket = BRACKETS.iter().position(|(_, closing)| *closing == last);
        match (last, bracket) {
            ('.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*' | '_' | '…' | '”' | '’' | '»', _) => {}
            (_, Some(bracket)) if open[bracket] < 0 => open[bracket] += 1,
            _ => break,
        }
        address = &address[..address.len() - last.len_utf8()];
    }
    address.len()
}

/// Returns true for a character that nobody sees and that moves others: with it an address could look like another one.
fn changes_direction(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}' | '\u{2066}'..='\u{2069}')
}

const BRACKETS: [(char, char); 3] = [('(', ')'), ('[', ']'), ('{', '}')];

/// Replaces every control character by U+FFFD, except tabs and line breaks, and makes every line break `\n`.
pub(in crate::views) fn printable(text: &str) -> Cow<'_, str> {
    let is_kept = |c: char| !c.is_control() || matches!(c, '\n' | '\t');
    if text.chars().all(is_kept) {
        return Cow::Borrowed(text);
    }
    // A browser that loads a page converts all line breaks itself; a script that inserts a fragment does not.
    let lines = text.replace("\r\n", "\n").replace('\r', "\n");
    Cow::Owned(lines.chars().map(|c| if is_kept(c) { c } else { char::REPLACEMENT_CHARACTER }).collect())
}

#[cfg(test)]
mod tests;
