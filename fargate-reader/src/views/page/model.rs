//! The figures of the model, from the labels of the wall: its name, and how long it takes.

use askama::Template;
use shared_volume::message::Findings;

use super::figures::Figure;
use crate::follow::Snapshot;
use crate::views::entry::printable;

#[derive(Template)]
#[template(path = "model.html")]
struct ModelFragment {
    model: Vec<Figure>,
}

/// Renders the figures of the model. Inserting them twice changes nothing.
///
/// # Errors
/// Returns an error if the template fails.
pub(crate) fn model_fragment(snapshot: &Snapshot) -> Result<String, askama::Error> {
    ModelFragment { model: model(snapshot) }.render()
}

/// Returns the figures of the model that found the newest label, from all of its labels on the wall. There are none if no
/// picture has classes.
pub(super) fn model(snapshot: &Snapshot) -> Vec<Figure> {
    let findings = || snapshot.messages.iter().rev().filter_map(|message| Some(&message.label.as_ref()?.findings));
    let Some(name) = findings().find_map(|findings| findings.model.as_ref()) else { return Vec::new() };
    let of_it = || findings().filter(|findings| findings.model.as_ref() == Some(name));
    let first = of_it().find(|findings| findings.first);
    let mut warm: Vec<u32> =
        of_it().filter(|findings| !findings.first).filter_map(|findings| findings.took_ms).collect();
    warm.sort_unstable();
    let times = [
        ("loaded", "loaded in", first.and_then(|first| first.load_ms), "once for each environment of the function"),
        ("first", "first picture", first.and_then(took), "of an environment; it takes longer than those behind it"),
        ("half", "half within", within(&warm, 50), "of the pictures on this wall, without first ones"),
        ("most", "99 % within", within(&warm, 99), "of the pictures on this wall, without first ones"),
    ];
    let name =
        Figure { id: "model", name: "name", value: printable(name).into_owned(), title: "the directory on the volume" };
    let times = times.into_iter().filter_map(|(id, name, ms, title)| {
        Some(Figure { id, name, value: format!("{:.2} s", f64::from(ms?) / 1000.0), title })
    });
    [name].into_iter().chain(times).collect()
}

fn took(findings: &Findings) -> Option<u32> {
    findings.took_ms
}

/// Returns the smallest value that at least `percent` of the sorted values do not exceed.
fn within(sorted: &[u32], percent: usize) -> Option<u32> {
    sorted.get((sorted.len() * percent).div_ceil(100).checked_sub(1)?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_the_values_is_within_the_percentile() {
        let hundred: Vec<u32> = (1..=100).collect();
        assert_eq!([50, 99].map(|percent| within(&hundred, percent)), [Some(50), Some(99)]);
        assert_eq!([50, 99].map(|percent| within(&[7, 9], percent)), [Some(7), Some(9)]);
        assert_eq!(within(&[], 50), None);
    }
}
