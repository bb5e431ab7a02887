//! The lines of a log.

use serde::de::DeserializeOwned;

use super::header::{HEADER_MARK, Header};
use crate::message::{Label, Message, Removal, visible};

/// The longest line that is parsed as a record, in bytes. The longest message with all characters escaped has half of it.
pub(super) const MAX_RECORD_BYTES: usize = 64 * 1024;

/// The longest plain line that is shown completely, in bytes.
pub(super) const MAX_PLAIN_BYTES: usize = 16 * 1024;

/// The first bytes of a message record.
const MESSAGE_MARK: &[u8] = br#"{"id":""#;

/// The first bytes of a removal record.
const REMOVAL_MARK: &[u8] = br#"{"removes":""#;

/// The first bytes of a label record.
const LABEL_MARK: &[u8] = br#"{"labels":""#;

/// A parsed line.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Line {
    /// A message record.
    Message(Message),
    /// A removal record.
    Removal(Removal),
    /// A label record.
    Label(Label),
    /// A line of another program, in the form in which it is shown.
    Plain(String),
    /// White space, or zeros from a failed write.
    Blank,
    /// A line that has the complete shape of a record and does not parse.
    Damaged,
}

impl Line {
    /// Parses a line without its newline. `cut` states that `line` is only the beginning.
    ///
    /// Another program may write anything. A line is therefore damaged only if it has the complete shape of a record; all
    /// others are shown.
    pub(super) fn parse(line: &[u8], cut: bool) -> Self {
        if line.iter().all(|byte| byte.is_ascii_whitespace() || *byte == 0) && !cut {
            return Self::Blank;
        }
        let record = if cut { None } else { record(line) };
        record.unwrap_or_else(|| plain(line, cut))
    }
}

/// Parses a record. Returns `None` for a line that does not have the complete shape of one.
fn record(line: &[u8]) -> Option<Line> {
    let has = |part: &[u8]| memchr::memmem::find(line, part).is_some();
    // Quotes in a text are escaped. A second `{"` begins a line of another program after half a record.
    let closed = line.ends_with(b"\"}") && memchr::memmem::find(&line[1..], b"{\"").is_none();
    if line.starts_with(MESSAGE_MARK) {
        let complete = closed && has(br#","received":""#) && has(br#","at":""#) && has(br#","text":""#);
        return parsed(line, Line::Message).or(complete.then_some(Line::Damaged));
    }
    if line.starts_with(REMOVAL_MARK) {
        let complete = closed && has(br#","at":""#);
        return parsed(line, Line::Removal).or(complete.then_some(Line::Damaged));
    }
    if line.starts_with(LABEL_MARK) {
        let complete = closed && has(br#","at":""#) && has(br#","event":""#);
        return parsed(line, Line::Label).or(complete.then_some(Line::Damaged));
    }
    // A header after the first line comes from another log that was copied into this one.
    parsed::<Header>(line, |_| Line::Blank).filter(|_| line.starts_with(HEADER_MARK))
}

fn parsed<T: DeserializeOwned>(line: &[u8], into: impl FnOnce(T) -> Line) -> Option<Line> {
    serde_json::from_slice(line).ok().map(into)
}

/// Returns true if one of these lines is a record.
pub(super) fn has_record(lines: &[u8]) -> bool {
    let is_record =
        |line: &[u8]| matches!(Line::parse(line, false), Line::Message(_) | Line::Removal(_) | Line::Label(_));
    lines.split(|byte| *byte == b'\n').any(is_record)
}

fn plain(line: &[u8], cut: bool) -> Line {
    let shown = &line[..line.len().min(MAX_PLAIN_BYTES)];
    let cut = cut || shown.len() < line.len();
    // A character that was cut in half is dropped. Other invalid bytes are shown as U+FFFD.
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

/// Returns true if the unfinished line `half` can only be the beginning of a record or header. The writer that crashed
/// while writing it had not accepted it yet.
pub(super) fn is_half_of_record(half: &[u8]) -> bool {
    // Five bytes distinguish `{"id"` from the beginning of other JSON.
    half.len() >= 5 && may_be_half_of_record(half)
}

/// Returns true if `half` can be the beginning of a record or header. Unlike [`is_half_of_record`], also if it is too short
/// to exclude other lines.
pub(super) fn may_be_half_of_record(half: &[u8]) -> bool {
    !half.is_empty()
        && [MESSAGE_MARK, REMOVAL_MARK, LABEL_MARK, HEADER_MARK].iter().any(|mark| is_beginning(half, mark))
}

fn is_beginning(half: &[u8], mark: &[u8]) -> bool {
    let Some(rest) = half.strip_prefix(mark) else { return mark.starts_with(half) };
    // A removal may contain the id of a plain line, which has lower case letters and hyphens.
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
    fn lines_of_other_programs_are_shown_with_any_bytes() {
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
    fn a_line_after_half_a_record_is_not_damaged() {
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
    fn only_the_beginning_of_a_record_is_half_of_one() {
        for half in [r#"{"id""#, r#"{"id":"01KAT"#, r#"{"id":"01KATK5XH8Z6Z7M1T2D3E4F5G6","rec"#, r#"{"wall":"01"#] {
            assert!(is_half_of_record(half.as_bytes()), "{half}");
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
            assert!(!is_half_of_record(other.as_bytes()), "{other}");
        }
    }
}
