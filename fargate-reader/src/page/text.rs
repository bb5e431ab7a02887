//! What people wrote, cut into what is text and what is a link.
//!
//! A plain line may be long and hold anything, so every step here takes time in proportion to the text, and none calls
//! itself.

use std::borrow::Cow;

/// A piece of a message. The template escapes either.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    Text(&'a str),
    /// An address that begins with `http://` or `https://`; nothing else is ever linked.
    Link(&'a str),
}

/// Cuts `text` into pieces that, one after another, are `text` again.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let (mut pieces, mut told, mut from) = (Vec::new(), 0, 0);
    while let Some(found) = text[from..].find("://") {
        let colon = from + found;
        let Some(start) = scheme_start(text, told, colon) else {
            from = colon + 3;
            continue;
        };
        // What is scanned here is not scanned again: it becomes a link, or is passed over, but for punctuation at its
        // end, in which there is no further address.
        from = start + address_length(&text[start..]);
        if text[start..from].ends_with("://") {
            continue;
        }
        if told < start {
            pieces.push(Piece::Text(&text[told..start]));
        }
        pieces.push(Piece::Link(&text[start..from]));
        told = from;
    }
    if told < text.len() {
        pieces.push(Piece::Text(&text[told..]));
    }
    pieces
}

/// Where the address begins whose `://` is at `colon`, if it is one and no part of a longer word.
fn scheme_start(text: &str, told: usize, colon: usize) -> Option<usize> {
    let is_scheme = |scheme: &&str| {
        let start = colon.checked_sub(scheme.len()).filter(|start| *start >= told);
        start.and_then(|start| text.get(start..colon)).is_some_and(|found| found.eq_ignore_ascii_case(scheme))
    };
    let start = colon - ["https", "http"].into_iter().find(is_scheme)?.len();
    let stands_alone = !text[..start].chars().next_back().is_some_and(char::is_alphanumeric);
    stands_alone.then_some(start)
}

/// How much of `text` is the address that it begins with, without the punctuation of the sentence around it.
fn address_length(text: &str) -> usize {
    let stops = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"' | '`');
    let mut address = &text[..text.find(stops).unwrap_or(text.len())];
    // How many more brackets of each kind are opened than closed.
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

const BRACKETS: [(char, char); 3] = [('(', ')'), ('[', ']'), ('{', '}')];

/// `text` with U+FFFD for every control character, as none belongs on a page, but for tabs and the ends of lines.
pub(super) fn printable(text: &str) -> Cow<'_, str> {
    let is_kept = |c: char| !c.is_control() || matches!(c, '\n' | '\t');
    if text.chars().all(is_kept) {
        return Cow::Borrowed(text);
    }
    // A page makes line breaks of all of these itself; a script that inserts a piece of one does not.
    let lines = text.replace("\r\n", "\n").replace('\r', "\n");
    Cow::Owned(lines.chars().map(|c| if is_kept(c) { c } else { char::REPLACEMENT_CHARACTER }).collect())
}

#[cfg(test)]
mod tests;
