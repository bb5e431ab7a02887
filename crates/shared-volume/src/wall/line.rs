//! One line of the log.

use serde::de::DeserializeOwned;

use super::file::Header;
use crate::message::{Message, Removal, visible};

/// The longest line that can be a record of ours, in bytes. The longest message, every character escaped, is half of it.
pub(super) const MAX_RECORD_BYTES: usize = 64 * 1024;

/// A plain line that is longer is shown cut, in bytes.
pub(super) const MAX_PLAIN_BYTES: usize = 16 * 1024;

/// The beginning of a message record.
const MESSAGE_MARK: &[u8] = br#"{"id":""#;

/// The beginning of a removal record.
const REMOVAL_MARK: &[u8] = br#"{"removes":""#;

/// The beginning of a header.
pub(super) const HEADER_MARK: &[u8] = br#"{"wall":""#;

/// One line of the log, recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Line {
    /// A message record.
    Message(Message),
    /// A removal record.
    Removal(Removal),
    /// A line that another program appended, in the form in which it is shown.
    Plain(String),
    /// White space, or zeros that a failed write has left.
    Blank,
    /// Has the complete shape of a record of ours and does not parse.
    Damaged,
}

impl Line {
    /// Recognises one line, given without its newline. `cut` says that only its beginning is given.
    ///
    /// Another program may write anything. So a line counts as damage only if it has the complete shape of one of our
    /// records; everything else is shown.
    pub(super) fn parse(line: &[u8], cut: bool) -> Self {
        if line.iter().all(|byte| byte.is_ascii_whitespace() || *byte == 0) && !cut {
            return Self::Blank;
        }
        let record = if cut { None } else { record(line) };
        record.unwrap_or_else(|| plain(line, cut))
    }
}

/// Parses a record of ours. Returns `None` for a line that does not have the complete shape of one.
fn record(line: &[u8]) -> Option<Line> {
    let has = |part: &[u8]| memchr::memmem::find(line, part).is_some();
    // Quotes in a text are escaped: a second `{"` is that of another program, whose line follows half a record of ours.
    let closed = line.ends_with(b"\"}") && memchr::memmem::find(&line[1..], b"{\"").is_none();
    if line.starts_with(MESSAGE_MARK) {
        let complete = closed && has(br#","received":""#) && has(br#","at":""#) && has(br#","text":""#);
        return parsed(line, Line::Message).or(complete.then_some(Line::Damaged));
    }
    if line.starts_with(REMOVAL_MARK) {
        let complete = closed && has(br#","at":""#);
        return parsed(line, Line::Removal).or(complete.then_some(Line::Damaged));
    }
    // A header that is not the first line belongs to a log that was copied into this one.
    parsed::<Header>(line, |_| Line::Blank).filter(|_| line.starts_with(HEADER_MARK))
}

fn parsed<T: DeserializeOwned>(line: &[u8], into: impl FnOnce(T) -> Line) -> Option<Line> {
    serde_json::from_slice(line).ok().map(into)
}

/// Returns true if one of these lines is a record of ours.
pub(super) fn has_record(lines: &[u8]) -> bool {
    let is_record = |line: &[u8]| matches!(Line::parse(line, false), Line::Message(_) | Line::Removal(_));
    lines.split(|byte| *byte == b'\n').any(is_record)
}

fn plain(line: &[u8], cut: bool) -> Line {
    let shown = &line[..line.len().min(MAX_PLAIN_BYTES)];
    let cut = cut || shown.len() < line.len();
    // A character that the cut went through is dropped; other bytes that are no UTF-8 are shown as U+FFFD.
    let shown = if cut { without_half_character(shown) } else { shown };
    let text = visible(String::from_utf8_lossy(shown).trim_end_matches('\r')).into_owned();
    match text.trim().is_empty() && !cut {
        true => Line::Blank,
        false if cut => Line::Plain(format!("{text}…")),
        false => Line::Plain(text),
    }
}

fn without_half_character(bytes: &[u8]) -> &[u8] {
    match std::str::from_utf8(bytes) {
        Err(error) if error.error_len().is_none() => &bytes[..error.valid_up_to()],
        _ => bytes,
    }
}

/// Returns true if `half`, the unfinished end of a log, can only be the beginning of a record or header of ours. The
/// writer that crashed over it had not been answered yet.
pub(super) fn is_half_of_ours(half: &[u8]) -> bool {
    // Five bytes tell `{"id"` from the beginning of somebody else's JSON.
    half.len() >= 5 && may_be_half_of_ours(half)
}

/// As [`is_half_of_ours`], and true as well if `half` is too short to tell.
pub(super) fn may_be_half_of_ours(half: &[u8]) -> bool {
    !half.is_empty() && [MESSAGE_MARK, REMOVAL_MARK, HEADER_MARK].iter().any(|mark| begins_record(half, mark))
}

fn begins_record(half: &[u8], mark: &[u8]) -> bool {
    let Some(rest) = half.strip_prefix(mark) else { return mark.starts_with(half) };
    // The id of a plain line, which a removal may have, is a ULID, a position and a digest.
    let is_of_plain = |byte: &u8| mark == REMOVAL_MARK && (byte.is_ascii_lowercase() || *byte == b'-');
    let is_id = |byte: &u8| byte.is_ascii_digit() || byte.is_ascii_uppercase() || is_of_plain(byte);
    let behind = &rest[rest.iter().take_while(|byte| is_id(byte)).count()..];
    let next: &[u8] = match mark {
        MESSAGE_MARK => br#"","received":""#,
        HEADER_MARK => br#"","start":"#,
        _ => br#"","at":""#,
    };
    let length = behind.len().min(next.len());
    behind[..length] == next[..length]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(line: &[u8]) -> String {
        match Line::parse(line, false) {
            Line::Plain(text) => text,
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn what_another_program_writes_is_shown_whatever_its_bytes_are() {
        assert_eq!(shown(br#"{"id":"7","text":"order shipped"}"#), r#"{"id":"7","text":"order shipped"}"#);
        assert_eq!(shown(b"caf\xe9"), "caf\u{fffd}");
        assert_eq!(shown(b"a\0b\x1b[31m"), "a\u{fffd}b\u{fffd}[31m");
        assert_eq!(shown(br#"{"id":"01KHello from Python"#), r#"{"id":"01KHello from Python"#);
        assert_eq!(shown(br#"["a"]"#), r#"["a"]"#);
        assert_eq!(shown(b"tab\there\r"), "tab\there");
    }

    #[test]
    fn white_space_and_zeros_are_blank() {
        for blank in [&b""[..], b"  \t", b"\r", b"\0\0\0", "\u{a0}\u{2003}".as_bytes()] {
            assert_eq!(Line::parse(blank, false), Line::Blank);
        }
    }

    #[test]
    fn a_line_that_follows_half_a_record_of_ours_is_no_damage() {
        let half = r#"{"id":"01KATK5XH8Z6Z7M1T2D3E4F5G6","received":"x","at":"x","text":"Hel"#;
        assert_eq!(Line::parse(format!(r#"{half}lo\x"}}"#).as_bytes(), false), Line::Damaged);
        let glued = format!(r#"{half}{{"order":"shipped"}}"#);
        assert_eq!(shown(glued.as_bytes()), glued);
    }

    #[test]
    fn a_long_line_is_cut_between_two_characters() {
        let Line::Plain(text) = Line::parse("ü".repeat(MAX_PLAIN_BYTES).as_bytes(), false) else { panic!() };
        assert_eq!(text, "ü".repeat(MAX_PLAIN_BYTES / 2) + "…");
    }

    #[test]
    fn only_the_beginning_of_a_record_of_ours_is_half_of_one() {
        for half in [r#"{"id""#, r#"{"id":"01KAT"#, r#"{"id":"01KATK5XH8Z6Z7M1T2D3E4F5G6","rec"#, r#"{"wall":"01"#] {
            assert!(is_half_of_ours(half.as_bytes()), "{half}");
        }
        for other in [
            r#"{"id":"7","text"#,
            r#"{"id":7"#,
            "{",
            "plain",
            r#"{"id":"Hello from"#,
            r#"{"wall":"x"#,
            r#"{"removes":"a b"#,
        ] {
            assert!(!is_half_of_ours(other.as_bytes()), "{other}");
        }
    }
}
