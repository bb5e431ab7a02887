//! The lines of a log that a reader has to show, found in the plainest way.

use std::ops::Range;

use shared_volume::message::visible;
use shared_volume::wall::{Added, Entry, EntryKind};

/// The longest line that is shown completely, in bytes.
const MAX_SHOWN_BYTES: usize = 16 * 1024;

/// The longest header, in bytes.
const MAX_HEADER_BYTES: usize = 4096;

const HEADER: &[u8] = br#"{"wall":""#;

/// The beginnings of lines that may be records or headers.
const MARKS: [&[u8]; 4] = [br#"{"id":""#, br#"{"removes":""#, br#"{"labels":""#, HEADER];

/// Checks that the entries of a log are its complete lines: each line of another program once, with its text, and nothing
/// that is no line. Records may be shown, or be damaged.
pub(super) fn check(log: &[u8], added: &Added) {
    let complete = log.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
    let mut lines: Vec<&[u8]> = log[..complete].split_inclusive(|byte| *byte == b'\n').collect();
    let begins_with_mark = log.starts_with(HEADER);
    if begins_with_mark && (complete == 0 || lines[0].len() > MAX_HEADER_BYTES) {
        return;
    }
    if begins_with_mark && !is_shown_first(lines[0], added) {
        lines.remove(0);
    }
    let (mut entries, mut hidden, mut position) = (added.entries.iter().peekable(), 0, added.first.position);
    for line in lines {
        let span = position..position + line.len() as u64;
        position = span.end;
        let entry = entries.next_if(|entry| entry.span == span);
        if !check_line(&line[..line.len() - 1], entry, &span) {
            hidden += 1;
        }
    }
    assert_eq!(entries.next(), None, "this entry is no line of the log");
    assert!(added.damaged_lines <= hidden, "{} damaged lines, {hidden} hidden ones", added.damaged_lines);
}

/// Returns true if the first line is a line of another program, and not a header.
fn is_shown_first(line: &[u8], added: &Added) -> bool {
    added.entries.first().is_some_and(|entry| {
        entry.span == (0..line.len() as u64)
            && matches!(entry.kind, EntryKind::Plain { .. })
            && added.first.position == 0
    })
}

/// Checks the entry of a line without its newline. Returns false if a record or header is hidden.
fn check_line(line: &[u8], entry: Option<&Entry>, span: &Range<u64>) -> bool {
    let text = String::from_utf8_lossy(line);
    let text = visible(text.trim_end_matches('\r'));
    let is_blank = line.iter().all(|byte| byte.is_ascii_whitespace() || *byte == 0);
    if is_blank || (line.len() <= MAX_SHOWN_BYTES && text.trim().is_empty()) {
        assert_eq!(entry, None, "a blank line is shown");
        return true;
    }
    let may_be_record = MARKS.iter().any(|mark| line.starts_with(mark));
    match entry.map(|entry| &entry.kind) {
        None => assert!(may_be_record, "the line {span:?} is not shown: {text:?}"),
        Some(EntryKind::Plain { text: shown, .. }) if line.len() <= MAX_SHOWN_BYTES => assert_eq!(*shown, text),
        Some(EntryKind::Plain { text: shown, .. }) => {
            let begin = shown.strip_suffix('…').expect("a line that is cut ends with an ellipsis");
            assert!(text.starts_with(begin), "another text is shown: {begin:?}");
        }
        Some(_) => assert!(may_be_record, "the line {span:?} is no record: {text:?}"),
    }
    entry.is_some()
}
