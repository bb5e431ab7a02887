//! The list item of a message.

use askama::Template;

use super::journey::{Journey, Times};
use super::picture::PictureElement;
use super::text::{Piece, pieces, printable};
use crate::follow::Message;
use crate::views::Features;
use crate::views::assets::fnv1a;
use crate::views::moment::{Moment, attribute};

/// The number of hues that the stylesheet has for initials.
const HUES: u64 = 12;

#[derive(Template)]
#[template(path = "message.html")]
struct MessageItem<'a> {
    id: &'a str,
    avatar: Avatar,
    author: &'a str,
    pieces: Vec<Piece<'a>>,
    picture: Option<PictureElement>,
    moment: Option<Moment>,
    times: [(&'static str, String); 4],
    journey: Option<String>,
}

/// The picture beside a message.
#[derive(Debug, PartialEq, Eq)]
enum Avatar {
    Initials { letters: String, hue: u64 },
    Somebody,
    Plain,
}

/// Renders the list item of a message.
pub(in crate::views) fn message(message: &Message, features: Features) -> Result<String, askama::Error> {
    let Message { received, at, stored, seen, .. } = *message;
    let (author, text) = (printable(message.author.as_deref().unwrap_or_default()), printable(&message.text));
    let times = [("received", received), ("at", at), ("stored", stored), ("seen", seen)];
    let item = MessageItem {
        id: &message.id,
        avatar: Avatar::of(message),
        author: &author,
        pieces: pieces(&text),
        picture: PictureElement::of(message, features)?,
        moment: message.written().map(Moment::from),
        times: times.map(|(name, time)| (name, attribute(time))),
        journey: Journey::of(Times::of(message)).map(|journey| journey.render()).transpose()?,
    };
    item.render()
}

impl Avatar {
    fn of(message: &Message) -> Self {
        match &message.author {
            Some(author) => Self::Initials { letters: initials(author), hue: fnv1a(author.as_bytes()) % HUES },
            None if message.plain => Self::Plain,
            None => Self::Somebody,
        }
    }
}

/// Returns two letters of a name: the first letters of its first two words, or the first two letters of its only word.
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
