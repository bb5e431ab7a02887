//! One message in the list.

use askama::Template;

use super::assets::fnv1a;
use super::moment::{Moment, attribute};
use super::text::{Piece, pieces, printable};
use crate::snapshot::Shown;

/// How many hues of initials the stylesheet has.
const HUES: u64 = 12;

#[derive(Template)]
#[template(path = "message.html")]
struct MessageItem<'a> {
    shown: &'a Shown,
    avatar: Avatar,
    author: &'a str,
    pieces: Vec<Piece<'a>>,
    moment: Option<Moment>,
    times: [(&'static str, String); 4],
}

/// What stands beside a message.
#[derive(Debug, PartialEq, Eq)]
enum Avatar {
    Initials { letters: String, hue: u64 },
    Somebody,
    Plain,
}

/// One message in the list. Called once for each: use [`Shown::html`], which keeps it.
pub(crate) fn message(shown: &Shown) -> Result<String, askama::Error> {
    let Shown { received, at, stored, seen, .. } = *shown;
    let avatar = Avatar::of(shown);
    let (author, text) = (printable(shown.author.as_deref().unwrap_or_default()), printable(&shown.text));
    let times = [("received", received), ("at", at), ("stored", stored), ("seen", seen)];
    let times = times.map(|(name, time)| (name, attribute(time)));
    let moment = at.or(stored).or(seen).map(Moment::from);
    MessageItem { shown, avatar, author: &author, pieces: pieces(&text), moment, times }.render()
}

impl Avatar {
    fn of(shown: &Shown) -> Self {
        match &shown.author {
            Some(author) => Self::Initials { letters: initials(author), hue: fnv1a(author.as_bytes()) % HUES },
            None if shown.plain => Self::Plain,
            None => Self::Somebody,
        }
    }
}

/// Two letters of a name: the first ones of its first two words, else its first two.
fn initials(name: &str) -> String {
    let words: Vec<&str> = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let letters: String = match words[..] {
        [] => name.trim().chars().take(1).collect(),
        [word] => word.chars().take(2).collect(),
        [first, second, ..] => first.chars().take(1).chain(second.chars().take(1)).collect(),
    };
    letters.to_uppercase().chars().take(2).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_two_letters_of_the_name() {
        let names = ["bahadır k.", "ann", "Jean-Luc Picard", "x", "李小龍", "  ßa", "🐦", "42nd street"];
        assert_eq!(names.map(initials), ["BK", "AN", "JL", "X", "李小", "SS", "🐦", "4S"]);
    }
}
