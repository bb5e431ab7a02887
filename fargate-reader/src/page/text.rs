//! What people wrote, cut into what is text and what is a link.

/// A piece of a message. The template escapes either.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    Text(&'a str),
    /// An address that begins with `http://` or `https://`; nothing else is ever linked.
    Link(&'a str),
}

/// Cuts `text` into pieces that, one after another, are `text` again.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    let mut from = 0;
    while let Some(start) = next_scheme(rest, from) {
        let end = start + address_length(&rest[start..]);
        if rest[start..end].ends_with("://") {
            from = end;
            continue;
        }
        if start > 0 {
            pieces.push(Piece::Text(&rest[..start]));
        }
        pieces.push(Piece::Link(&rest[start..end]));
        (rest, from) = (&rest[end..], 0);
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest));
    }
    pieces
}

/// Where the next address begins that is no part of a longer word.
fn next_scheme(text: &str, from: usize) -> Option<usize> {
    let colon = from + text[from..].find("://")?;
    let scheme = ["https", "http"].into_iter().find(|scheme| {
        let start = colon.checked_sub(scheme.len());
        start.and_then(|start| text.get(start..colon)).is_some_and(|found| found.eq_ignore_ascii_case(scheme))
    });
    let start = scheme.map(|scheme| colon - scheme.len());
    let stands_alone = |start: &usize| !text[..*start].chars().next_back().is_some_and(char::is_alphanumeric);
    start.filter(stands_alone).or_else(|| next_scheme(text, colon + 3))
}

/// How much of `text` is the address that it begins with, without the punctuation of the sentence around it.
fn address_length(text: &str) -> usize {
    let stops = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | '"' | '`');
    let mut address = &text[..text.find(stops).unwrap_or(text.len())];
    while let Some(last) = address.chars().next_back() {
        let closes_nothing = |open: char| address.matches(last).count() > address.matches(open).count();
        let of_the_sentence = match last {
            '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*' | '_' | '…' | '”' | '’' | '»' => true,
            ')' => closes_nothing('('),
            ']' => closes_nothing('['),
            '}' => closes_nothing('{'),
            _ => false,
        };
        if !of_the_sentence || address.ends_with("://") {
            break;
        }
        address = &address[..address.len() - last.len_utf8()];
    }
    address.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes links in brackets.
    fn check(text: &str, expected: &str) {
        let shown = pieces(text).into_iter().map(|piece| match piece {
            Piece::Text(text) => text.to_owned(),
            Piece::Link(address) => format!("[{address}]"),
        });
        assert_eq!(shown.collect::<String>(), expected);
    }

    #[test]
    fn an_address_becomes_a_link() {
        check("https://example.com/runs/1189", "[https://example.com/runs/1189]");
        check("see http://a.example/x?y=1&z#top now", "see [http://a.example/x?y=1&z#top] now");
        check("one\nHTTPS://A.example\ntwo", "one\n[HTTPS://A.example]\ntwo");
        check("http://a.example http://b.example", "[http://a.example] [http://b.example]");
    }

    #[test]
    fn the_punctuation_of_the_sentence_is_no_part_of_it() {
        check("Look at https://a.example/b.", "Look at [https://a.example/b].");
        check("(https://a.example/b), or", "([https://a.example/b]), or");
        check("https://a.example/b_(c)", "[https://a.example/b_(c)]");
        check("<https://a.example>", "<[https://a.example]>");
        check("“https://a.example/ü”", "“[https://a.example/ü]”");
    }

    #[test]
    fn nothing_but_http_is_linked() {
        check("javascript:alert(1)", "javascript:alert(1)");
        check("javascript://a.example/%0aalert(1)", "javascript://a.example/%0aalert(1)");
        check("file:///etc/passwd data://x ftp://a", "file:///etc/passwd data://x ftp://a");
        check("xhttp://a.example", "xhttp://a.example");
        check("http:// and https://", "http:// and https://");
        check("http://... https://)", "http://... https://)");
    }

    #[test]
    fn text_of_any_kind_stays_what_it_is() {
        check("", "");
        check("<b>\"&'</b>", "<b>\"&'</b>");
        check("ü://é :// 𝕏http://a", "ü://é :// 𝕏http://a");
    }
}
