//! The fields that a change has changed, in words: one row for each.

use askama::Template;
use serde_json::Value;
use shared_volume::config::FieldChange;

use crate::views::page::figures::grouped;
use crate::views::page::visible::visible;

/// The number of items of a list that are shown of each kind: those that stay, that came, and that went.
const SHOWN: [usize; 3] = [5, 20, 20];

/// The number of words in a text from which on only the words that differ are marked.
const LONG: usize = 3;

#[derive(Template)]
#[template(path = "difference.html")]
struct Difference {
    rows: Vec<Row>,
}

/// A field, and its values before and after.
#[derive(Debug, PartialEq)]
struct Row {
    field: String,
    parts: Vec<Part>,
}

/// A part of a row.
#[derive(Debug, PartialEq)]
enum Part {
    /// It stays.
    Same(String),
    /// It went. A colour has a swatch.
    Gone(String, Option<String>),
    /// It came.
    New(String, Option<String>),
    /// It came, into a list.
    Added(String),
    /// The left value became the right one.
    Becomes,
    /// There was, or is, no value.
    Nothing,
    /// A remark on the row.
    Remark(String),
}

/// Renders the fields that differ.
///
/// # Errors
/// If the template fails.
pub(super) fn difference(changes: &[FieldChange]) -> Result<String, askama::Error> {
    Difference { rows: changes.iter().map(row).collect() }.render()
}

fn row(change: &FieldChange) -> Row {
    let parts = match (&change.before, &change.after) {
        (Value::Array(before), Value::Array(after)) => list(change, before, after),
        (Value::String(before), Value::String(after)) => {
            text(before, after).unwrap_or_else(|| replaced(&change.before, &change.after))
        }
        (before, after) => replaced(before, after),
    };
    Row { field: change.field.clone(), parts }
}

fn replaced(before: &Value, after: &Value) -> Vec<Part> {
    let part = |value: &Value, part: fn(String, Option<String>) -> Part| match value {
        Value::Null => Part::Nothing,
        value => part(shown(value), colour(value)),
    };
    vec![part(before, Part::Gone), Part::Becomes, part(after, Part::New)]
}

/// Marks the words that differ, if most of them do not.
fn text(before: &str, after: &str) -> Option<Vec<Part>> {
    let (old, new): (Vec<_>, Vec<_>) = (before.split_inclusive(' ').collect(), after.split_inclusive(' ').collect());
    let start = old.iter().zip(&new).take_while(|(old, new)| old.trim_end() == new.trim_end()).count();
    let rest = old.len().min(new.len()) - start;
    let end = old.iter().rev().zip(new.iter().rev()).take(rest).take_while(|(old, new)| old == new).count();
    if start + end < LONG || (start + end) * 2 < old.len().min(new.len()) {
        return None;
    }
    let join = |words: &[&str]| visible(words.concat().trim()).into_owned();
    let parts = [
        Part::Same(join(&new[..start])),
        Part::Gone(join(&old[start..old.len() - end]), None),
        Part::New(join(&new[start..new.len() - end]), None),
        Part::Same(join(&new[new.len() - end..])),
    ];
    let is_empty =
        |part: &Part| matches!(part, Part::Same(text) | Part::Gone(text, _) | Part::New(text, _) if text.is_empty());
    Some(parts.into_iter().filter(|part| !is_empty(part)).collect())
}

fn list(change: &FieldChange, before: &[Value], after: &[Value]) -> Vec<Part> {
    let [same, new, gone] = SHOWN;
    let stays: Vec<_> = after.iter().filter(|item| !change.added.contains(item)).collect();
    let mut parts: Vec<_> = stays.iter().take(same).map(|item| Part::Same(shown(item))).collect();
    let more = |parts: &mut Vec<Part>, count: usize, most: usize, what: &str| {
        if count > most {
            parts.push(Part::Remark(format!("and {} more {what}", grouped(count - most))));
        }
    };
    more(&mut parts, stays.len(), same, "that stay");
    parts.extend(change.added.iter().take(new).map(|item| Part::Added(shown(item))));
    more(&mut parts, change.added.len(), new, "added");
    parts.extend(change.removed.iter().take(gone).map(|item| Part::Gone(shown(item), None)));
    more(&mut parts, change.removed.len(), gone, "removed");
    if change.added.is_empty() && change.removed.is_empty() && before.len() == after.len() {
        parts.push(Part::Remark("in another order".to_owned()));
    }
    parts
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => visible(text).into_owned(),
        Value::Number(number) => match number.as_u64().and_then(|number| usize::try_from(number).ok()) {
            Some(number) => grouped(number),
            None => number.to_string(),
        },
        Value::Array(items) if items.len() > SHOWN[0] => format!("{} entries", grouped(items.len())),
        other => visible(&other.to_string()).into_owned(),
    }
}

/// Returns the value if it is a colour, `#rrggbb`.
fn colour(value: &Value) -> Option<String> {
    let text = value.as_str()?;
    let digits = text.strip_prefix('#').filter(|digits| digits.len() == 6)?;
    digits.bytes().all(|digit| digit.is_ascii_hexdigit()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use shared_volume::config::{Config, diff};

    use super::*;

    fn rows(before: Value, after: Value) -> Vec<Row> {
        let [before, after] = [before, after].map(|document| Config::from_value(document).unwrap());
        diff(&before, &after).iter().map(row).collect()
    }

    #[test]
    fn in_a_long_text_only_the_words_that_differ_are_marked() {
        let banner = |text: &str| json!({ "banner": { "text": text } });
        let parts = &rows(banner("Freeze starts at 18:00."), banner("Freeze starts at 18:00. Post now."))[0].parts;
        assert_eq!(*parts, [Part::Same("Freeze starts at 18:00.".into()), Part::New("Post now.".into(), None)]);
        let parts = &rows(banner("Freeze starts at 18:00."), banner("Freeze starts at 19:00."))[0].parts;
        assert_eq!(parts.len(), 3);
        let parts = &rows(banner("All is well."), banner("Read only."))[0].parts;
        assert_eq!(parts[1], Part::Becomes);
    }

    #[test]
    fn a_list_shows_its_gains_and_losses_and_never_all_of_a_thousand() {
        let words = |words: &[&str]| json!({ "blocked_words": words });
        let parts = &rows(words(&["giveaway", "freebie"]), words(&["giveaway", "jackpot"]))[0].parts;
        let expected =
            [Part::Same("giveaway".into()), Part::Added("jackpot".into()), Part::Gone("freebie".into(), None)];
        assert_eq!(*parts, expected);
        let many: Vec<_> = (0..1000).map(|number| number.to_string()).collect();
        let parts = &rows(words(&[]), words(&many.iter().map(String::as_str).collect::<Vec<_>>()))[0].parts;
        assert_eq!((parts.len(), parts.last()), (21, Some(&Part::Remark("and 980 more added".into()))));
        let parts = &rows(words(&["a", "b"]), words(&["b", "a"]))[0].parts;
        assert_eq!(parts.last(), Some(&Part::Remark("in another order".into())));
    }

    #[test]
    fn a_colour_has_a_swatch_and_a_number_its_thousands() {
        let parts = &rows(json!({ "accent": "#123456" }), json!({}))[0].parts;
        assert_eq!(parts[0], Part::Gone("#123456".into(), Some("#123456".into())));
        let parts = &rows(json!({ "keep_messages": 5 }), json!({}))[0].parts;
        assert_eq!(parts[2], Part::New("1\u{202f}000".into(), None));
    }
}
