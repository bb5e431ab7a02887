//! The label of a picture.

use askama::Template;
use shared_volume::message::Label;

use super::text::printable;

#[derive(Template)]
#[template(path = "label.html")]
struct LabelElement<'a> {
    /// The id of the message.
    id: &'a str,
    label: Option<&'a Label>,
    classes: Vec<ClassBar>,
    took: String,
}

/// A class as a bar.
struct ClassBar {
    name: String,
    percent: String,
}

/// Renders the label of a message, or the place that is kept for it.
pub(in crate::views) fn label(id: &str, label: Option<&Label>) -> Result<String, askama::Error> {
    let classes = label.map(|label| label.findings.classes.as_slice()).unwrap_or_default();
    let bar = |(class, probability): &(String, f32)| ClassBar {
        name: printable(class).into_owned(),
        percent: format!("{:.1}", probability * 100.0),
    };
    let took = label.and_then(|label| label.findings.took_ms).map(|ms| format!("{:.2} s", f64::from(ms) / 1000.0));
    LabelElement { id, label, classes: classes.iter().map(bar).collect(), took: took.unwrap_or_default() }.render()
}
