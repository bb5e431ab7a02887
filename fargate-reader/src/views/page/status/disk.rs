//! The document on disk beside the configuration that is running, and why they differ.

use jiff::Timestamp;

use super::content::StatusPage;
use crate::follow::Snapshot;
use crate::views::cause;
use crate::views::moment::{Elapsed, Moment};
use crate::views::page::visible::visible;

/// The number of lines before and after the fault.
const AROUND: (usize, usize) = (2, 1);

/// The longest line that is shown, in characters.
const LONGEST: usize = 160;

/// The document on disk and the configuration that is running.
#[derive(Debug)]
pub(super) struct Disk {
    /// The fault of the document on disk; `None` if it is the one that runs.
    pub(super) fault: Option<Fault>,
    /// The generation that is running; 0 for the defaults.
    pub(super) generation: u64,
    /// The publisher, such as `Parameter Store`.
    pub(super) by: String,
    pub(super) published: Option<Moment>,
    /// The number of tasks that use the same generation, in a sentence; empty if there are no others.
    pub(super) tasks: String,
}

/// A document on disk that is not in force.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) file: &'static str,
    pub(super) since: Elapsed,
    /// The reason without the name of the file.
    pub(super) reason: String,
    /// Line and column, from 1.
    pub(super) place: Option<(usize, usize)>,
    pub(super) excerpt: Vec<Line>,
}

/// A line of the document.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) number: usize,
    pub(super) before: String,
    /// The word at the fault; empty on other lines.
    pub(super) marked: String,
    pub(super) after: String,
    pub(super) is_fault: bool,
}

impl Disk {
    pub(super) fn new(page: &StatusPage<'_>, now: Timestamp) -> Self {
        let (snapshot, published) = (page.snapshot, &page.snapshot.config);
        let generation = published.generation;
        let by = if generation == 0 { "The defaults".into() } else { visible(cause::who(&published.cause)) };
        Self {
            fault: fault(snapshot, page.on_disk, now),
            generation,
            by: by.into_owned(),
            published: published.published_at.map(Moment::from),
            tasks: tasks(page),
        }
    }
}

/// Says which tasks use the same generation.
fn tasks(page: &StatusPage<'_>) -> String {
    let reports: Vec<_> = page.around.tasks.iter().filter_map(|task| task.report.as_ref().ok()).collect();
    let same = reports.iter().filter(|report| report.generation == page.me.generation).count();
    match (reports.len(), same) {
        (0, _) => String::new(),
        (all, same) if all == same => format!("All {} tasks that answer agree.", all + 1),
        (all, same) => format!("{} of {} tasks use it.", same + 1, all + 1),
    }
}

fn fault(snapshot: &Snapshot, on_disk: Option<&str>, now: Timestamp) -> Option<Fault> {
    let rejected = snapshot.rejected.as_ref()?;
    let reason = rejected
        .reason
        .strip_prefix(rejected.source)
        .map_or(&*rejected.reason, |rest| rest.strip_prefix(": ").unwrap_or(rest));
    let place = place(reason);
    Some(Fault {
        file: rejected.source,
        since: Elapsed::new(rejected.since, now),
        reason: visible(reason).into_owned(),
        place,
        excerpt: place.zip(on_disk).map(|((line, column), text)| excerpt(text, line, column)).unwrap_or_default(),
    })
}

/// Returns line and column of a reason such as `expected value at line 7 column 16`.
pub(super) fn place(reason: &str) -> Option<(usize, usize)> {
    let (_, rest) = reason.rsplit_once("line ")?;
    let (line, rest) = number(rest)?;
    let rest = rest.trim_start_matches(',').trim_start().strip_prefix("column ")?;
    let (column, _) = number(rest)?;
    Some((line, column)).filter(|(line, _)| *line > 0)
}

fn number(text: &str) -> Option<(usize, &str)> {
    let end = text.find(|char: char| !char.is_ascii_digit()).unwrap_or(text.len());
    Some((text[..end].parse().ok()?, &text[end..]))
}

/// Returns the lines around a place. Columns count bytes, as the parser does.
fn excerpt(text: &str, line: usize, column: usize) -> Vec<Line> {
    let first = line.saturating_sub(AROUND.0).max(1);
    let shown = text.lines().enumerate().skip(first - 1).take(line - first + 1 + AROUND.1);
    let lines: Vec<_> = shown.map(|(index, text)| shown_line(index + 1, text, line, column)).collect();
    // A document that was cut before its fault shows nothing of it.
    if lines.iter().any(|line| line.is_fault) { lines } else { Vec::new() }
}

fn shown_line(number: usize, text: &str, line: usize, column: usize) -> Line {
    if number != line {
        return Line { number, before: cut(text), marked: String::new(), after: String::new(), is_fault: false };
    }
    let place = text.floor_char_boundary(column.saturating_sub(1).min(text.len()));
    let is_word = |char: char| char.is_alphanumeric() || char == '_' || char == '-';
    // The parser may have read a part of the word before it found the fault.
    let begin = text[..place].rfind(|char: char| !is_word(char)).map_or(0, |at| text.ceil_char_boundary(at + 1));
    let end = text[place..].find(|char: char| !is_word(char)).map_or(text.len(), |at| place + at);
    let end = if end == begin { text.ceil_char_boundary((begin + 1).min(text.len())) } else { end };
    let before = &text[..begin];
    let skipped = before.chars().count().saturating_sub(LONGEST / 2);
    let kept = before.char_indices().nth(skipped).map_or(before.len(), |(at, _)| at);
    let start = if skipped > 0 { "…" } else { "" };
    Line {
        number,
        before: format!("{start}{}", visible(&before[kept..])),
        marked: cut(&text[begin..end]),
        after: cut(&text[end..]),
        is_fault: true,
    }
}

/// Returns the beginning of a long text, with every character visible.
fn cut(text: &str) -> String {
    let end = text.char_indices().nth(LONGEST).map_or(text.len(), |(at, _)| at);
    let more = if end < text.len() { "…" } else { "" };
    format!("{}{more}", visible(&text[..end]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_of_a_fault_is_found_in_its_reason() {
        assert_eq!(place("expected value at line 7 column 16"), Some((7, 16)));
        assert_eq!(place("max_message_chars: must be 1 to 4000, is 9000 (line 6, column 24)"), Some((6, 24)));
        assert_eq!(place("line 3: x at line 9 column 0"), Some((9, 0)));
        for nothing in
            ["", "line ", "line 7", "line 7 column ", "line 0 column 1", "line 99999999999999999999999 column 1"]
        {
            assert_eq!(place(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn the_excerpt_shows_the_word_at_the_fault_and_the_lines_around_it() {
        let text = "{\n  \"accent\": \"#d9480f\",\n  \"posting\": opne,\n  \"keep_messages\": 1000\n}";
        let lines = excerpt(text, 3, 15);
        assert_eq!(lines.iter().map(|line| line.number).collect::<Vec<_>>(), [1, 2, 3, 4]);
        let fault = &lines[2];
        assert_eq!(
            (fault.before.as_str(), fault.marked.as_str(), fault.after.as_str()),
            ("  \"posting\": ", "opne", ",")
        );
        assert!(fault.is_fault && !lines[1].is_fault);
    }

    #[test]
    fn hostile_documents_and_places_are_shown_in_part_and_never_break_anything() {
        let long = format!("{}é\u{202e}<b>{}", "x ".repeat(50_000), "y".repeat(50_000));
        for text in [&long, "", "é", "\n\n\n", "\u{1f426}\u{301}".repeat(300).as_str(), "\t\0\u{1b}[1m"] {
            for (line, column) in [(1, 0), (1, 1), (1, 2), (1, 100_001), (1, usize::MAX), (3, 5), (usize::MAX, 1)] {
                for line in excerpt(text, line, column) {
                    let shown = format!("{}{}{}", line.before, line.marked, line.after);
                    assert!(shown.chars().count() < 3 * 8 * LONGEST, "{} characters", shown.chars().count());
                    assert!(!shown.contains(['\u{202e}', '\u{1b}', '\0']));
                }
            }
        }
    }
}
