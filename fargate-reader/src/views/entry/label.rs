//! The label of a picture: the classes that a model found, or the place that is kept for them.

use askama::Template;
use shared_volume::message::Label;

use super::text::printable;

/// The number of classes that are shown. The place is kept for as many.
const SHOWN: usize = 3;

#[derive(Template)]
#[template(path = "label.html")]
struct LabelElement<'a> {
    /// The id of the message.
    id: &'a str,
    /// The alternative text of the picture, once it is known.
    description: Option<String>,
    state: State<'a>,
    classes: Vec<ClassBar>,
    /// The lines below: who says it, and that it is a guess.
    by: String,
    guess: String,
}

/// The state of a label.
enum State<'a> {
    Waiting,
    Found(&'a ClassBar),
    Fault(String),
}

/// A class as a bar. An empty one keeps the place.
#[derive(Debug, Clone, Default)]
struct ClassBar {
    /// The name of the class, as the model has it.
    exact: String,
    name: String,
    /// The probability in percent.
    percent: f32,
}

/// Renders the label of a message, or the place that is kept for it.
///
/// # Errors
/// Returns an error if the template fails.
pub(in crate::views) fn label(id: &str, author: Option<&str>, label: Option<&Label>) -> Result<String, askama::Error> {
    let findings = label.map(|label| &label.findings);
    let found = findings.map(|findings| findings.classes.as_slice()).unwrap_or_default();
    let bars: Vec<_> = found.iter().take(SHOWN).map(ClassBar::of).collect();
    let fault = findings.and_then(|findings| findings.fault.as_deref());
    let state = match (bars.first(), fault) {
        (Some(best), _) => State::Found(best),
        (None, Some(fault)) => State::Fault(printable(fault).into_owned()),
        (None, None) => State::Waiting,
    };
    let (by, guess) = match &state {
        State::Found(_) => (label.map(by).unwrap_or_default(), guess(author)),
        State::Fault(_) => (String::new(), String::new()),
        State::Waiting => ("The picture is on the wall already.".to_owned(), "What is on it follows.".to_owned()),
    };
    let mut classes = bars.clone();
    classes.resize(SHOWN, ClassBar::default());
    LabelElement { id, description: description(label), state, classes, by, guess }.render()
}

/// Returns the text of a label in one line, for those who do not see the picture. `None` if there are no classes.
pub(super) fn description(label: Option<&Label>) -> Option<String> {
    let findings = &label?.findings;
    let best = findings.classes.first().map(ClassBar::of)?;
    let model = printable(findings.model.as_deref().unwrap_or("a model"));
    Some(format!("{}, {:.0} %, a guess by {model}", best.name, best.percent))
}

fn by(label: &Label) -> String {
    let findings = &label.findings;
    let model = printable(findings.model.as_deref().unwrap_or("a model"));
    let took = findings.took_ms.map(|ms| format!(" in {:.2} s", f64::from(ms) / 1000.0)).unwrap_or_default();
    let first = if findings.first { "first picture" } else { "warm" };
    format!("By {model}{took}, {first}.")
}

fn guess(author: Option<&str>) -> String {
    match author {
        Some(author) => format!("A guess by a machine, not by {}.", printable(author)),
        None => "A guess by a machine.".to_owned(),
    }
}

impl ClassBar {
    fn of((class, probability): &(String, f32)) -> Self {
        let exact = printable(class).into_owned();
        Self { name: readable(&exact), exact, percent: probability * 100.0 }
    }
}

/// Returns the name of a class for people: `053.Western_Grebe` is a `Western Grebe`.
fn readable(class: &str) -> String {
    let name = class.split_once('.').filter(|(number, _)| number.bytes().all(|byte| byte.is_ascii_digit()));
    let name = name.map_or(class, |(_, name)| name).replace('_', " ");
    if name.trim().is_empty() { class.to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_classes_are_readable() {
        let names = ["053.Western_Grebe", "Western_Grebe", "St._Bernard", ".x", "1.", "_", "7", "a.b"];
        assert_eq!(names.map(readable), ["Western Grebe", "Western Grebe", "St. Bernard", "x", "1.", "_", "7", "a.b"]);
    }
}
