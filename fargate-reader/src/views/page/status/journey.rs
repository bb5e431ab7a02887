//! The last message on an axis of time: where it was above, for how long in the bar, and bands that join the two.

use jiff::Timestamp;

use super::content::Painted;
use super::numbers::millis;
use crate::follow::LastJourney;

/// The ends of the columns of the picture, as parts of 1,000 of its width: function, volume, tasks, browsers. `status.css` has the
/// same in `.columns-5`.
const COLUMNS: [(&str, f64, f64); 4] =
    [("function", 154.0, 332.0), ("volume", 363.0, 593.0), ("task", 624.0, 870.0), ("browser", 901.0, 1000.0)];

/// The least width of a part of the bar, in per cent, so that it can be seen.
const LEAST: f64 = 0.5;

/// The part of the bar's width from which on a part has its number in it, in per cent.
const LABELLED: f64 = 3.0;

/// The part of the bar's width from which on a part has its name in it, in per cent.
const NAMED: f64 = 22.0;

/// The longest time from the task to the screen that a browser is believed, in milliseconds.
const LONGEST_PAINT: f64 = 60_000.0;

/// The least difference between clocks that is told, in milliseconds: the kernel gives files times that are up to 10 ms old.
const LEAST_SKEW: f64 = 11.0;

/// The last journey.
#[derive(Debug)]
pub(super) struct Journey {
    pub(super) total: String,
    /// The uncertainty in milliseconds; 0 without a browser.
    pub(super) within_ms: u64,
    /// True if a browser has told when it has painted the message.
    pub(super) is_painted: bool,
    pub(super) steps: Vec<Step>,
    pub(super) bands: Vec<Band>,
    pub(super) sentence: String,
    /// The remark on clocks that contradict each other.
    pub(super) skew: Option<String>,
}

/// A step of the journey.
#[derive(Debug, PartialEq)]
pub(super) struct Step {
    /// The part of the system, as the colours know it.
    pub(super) class: &'static str,
    pub(super) name: &'static str,
    pub(super) millis: String,
    /// Begin and width in the bar, in per cent.
    pub(super) x: String,
    pub(super) width: String,
    /// The place of the text in the bar.
    pub(super) middle: String,
    /// The text in the bar; empty if it has no room.
    pub(super) label: String,
}

/// A band from a column to its part of the bar, as a path.
#[derive(Debug, PartialEq)]
pub(super) struct Band {
    pub(super) class: &'static str,
    pub(super) path: String,
}

impl Journey {
    pub(super) fn new(last: &LastJourney, painted: Option<&Painted>) -> Self {
        let LastJourney { id, received, at, stored, looked, seen, published } = last;
        let published = published.unwrap_or(*seen);
        // What was stored while a look was running was read by that look.
        let looked = (*looked).max(*stored).min(*seen);
        let mut spans = vec![
            ("function", "invoked, got the lock", between(*received, *at)),
            ("volume", "appended, made durable", between(*at, *stored)),
            ("task", "nobody has looked yet", between(*stored, looked)),
            ("task", "opened and read", between(looked, *seen)),
            ("task", "published", between(*seen, published)),
        ];
        let painted = painted.filter(|painted| painted.message == *id).and_then(|painted| {
            let after = painted.at_ms as f64 - published.as_millisecond() as f64;
            (-LONGEST_PAINT..LONGEST_PAINT).contains(&after).then_some((after.max(0.0), painted.within_ms))
        });
        spans.extend(painted.map(|(after, _)| ("browser", "sent and painted", after)));
        let (steps, ends) = steps(&spans);
        Self {
            total: millis(spans.iter().map(|(.., span)| span).sum()),
            within_ms: painted.map_or(0, |(_, within)| within),
            is_painted: painted.is_some(),
            sentence: sentence(&spans),
            bands: bands(&steps, &ends),
            steps,
            skew: skew(*at, *stored, *seen),
        }
    }
}

/// Returns the milliseconds between two moments, at least 0.
fn between(one: Timestamp, other: Timestamp) -> f64 {
    (other.duration_since(one).as_secs_f64() * 1_000.0).max(0.0)
}

/// Returns the steps, and where each begins and ends in the bar, in per cent.
fn steps(spans: &[(&'static str, &'static str, f64)]) -> (Vec<Step>, Vec<(f64, f64)>) {
    let total: f64 = spans.iter().map(|(.., span)| span).sum();
    let share = |span: f64| if total > 0.0 { span / total } else { 1.0 / spans.len() as f64 };
    // What is too short to be seen gets its least width from the others.
    let room = 100.0 - LEAST * spans.len() as f64;
    let mut x = 0.0;
    let mut ends = Vec::new();
    let step = |(class, name, span): &(&'static str, &'static str, f64)| {
        let width = LEAST + room * share(*span);
        let (begin, millis) = (x, millis(*span));
        x += width;
        ends.push((begin, x));
        let label = match width {
            NAMED.. => format!("{name}: {millis} ms"),
            LABELLED.. => millis.clone(),
            _ => String::new(),
        };
        let percent = |number: f64| format!("{number:.2}%");
        let middle = percent(begin + width / 2.0);
        // A narrow gap stands between two parts.
        Step { class, name, millis, x: percent(begin), width: percent(width - 0.15), middle, label }
    };
    let steps = spans.iter().map(step).collect();
    (steps, ends)
}

fn bands(steps: &[Step], ends: &[(f64, f64)]) -> Vec<Band> {
    let band = |(class, left, right): &(&'static str, f64, f64)| {
        let mut own = steps.iter().zip(ends).filter(|(step, _)| step.class == *class).map(|(_, ends)| ends);
        let first = own.next()?;
        let (begin, end) = (first.0 * 10.0, own.next_back().unwrap_or(first).1 * 10.0);
        let path = format!(
            "M{left:.0} 0C{left:.0} 34 {begin:.1} 26 {begin:.1} 60H{end:.1}C{end:.1} 26 {right:.0} 34 {right:.0} 0Z"
        );
        Some(Band { class, path })
    };
    COLUMNS.iter().filter_map(band).collect()
}

/// Says where most of the time went.
fn sentence(spans: &[(&'static str, &'static str, f64)]) -> String {
    let total: f64 = spans.iter().map(|(.., span)| span).sum();
    let longest = spans.iter().max_by(|one, other| one.2.total_cmp(&other.2));
    let Some((class, name, span)) = longest.filter(|(.., span)| total >= 1.0 && *span > 0.0) else {
        return "It was there at once.".to_owned();
    };
    let part = match span / total * 100.0 {
        95.0.. => "Nearly all of the time".to_owned(),
        percent => format!("{percent:.0} % of the time"),
    };
    let end = match (*class, *name) {
        ("function", _) => "the function was at work",
        ("volume", _) => "it took to make the message durable",
        ("browser", _) => "the way to your browser took",
        (_, "nobody has looked yet") => "it lay on the volume until this task looked",
        _ => "this task read and published it",
    };
    format!("{part} {end}.")
}

/// Tells if the clocks of the hosts contradict each other.
fn skew(at: Timestamp, stored: Timestamp, seen: Timestamp) -> Option<String> {
    let behind = between(stored, at).max(between(seen, stored));
    (behind >= LEAST_SKEW).then(|| {
        format!(
            "The clocks of function, volume and task differ by at least {} ms, so the times at their borders are not exact.",
            millis(behind)
        )
    })
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    fn last(at: i64, stored: i64, looked: i64, seen: i64, published: i64) -> LastJourney {
        let begin: Timestamp = "2026-11-25T14:34:12Z".parse().unwrap();
        let after = |millis| begin + SignedDuration::from_millis(millis);
        let published = Some(after(published));
        let [at, stored, looked, seen] = [at, stored, looked, seen].map(after);
        LastJourney { id: "one".to_owned(), received: begin, at, stored, looked, seen, published }
    }

    fn painted(message: &str, after: u64) -> Painted {
        let begin: Timestamp = "2026-11-25T14:34:12Z".parse().unwrap();
        Painted { message: message.to_owned(), at_ms: begin.as_millisecond() as u64 + after, within_ms: 4 }
    }

    fn shown(journey: &Journey) -> Vec<(&str, &str)> {
        journey.steps.iter().map(|step| (step.class, step.millis.as_str())).collect()
    }

    #[test]
    fn each_step_has_its_time_and_the_bar_is_filled() {
        let journey = Journey::new(&last(4, 16, 97, 110, 112), Some(&painted("one", 121)));
        let steps =
            [("function", "4"), ("volume", "12"), ("task", "81"), ("task", "13"), ("task", "2"), ("browser", "9")];
        assert_eq!((shown(&journey), journey.total.as_str(), journey.within_ms), (steps.to_vec(), "121", 4));
        assert_eq!(journey.sentence, "67 % of the time it lay on the volume until this task looked.");
        let last = journey.steps.last().unwrap();
        let number = |text: &str| text.trim_end_matches('%').parse::<f64>().unwrap();
        assert!((number(&last.x) + number(&last.width) - 99.85).abs() < 0.02, "{last:?}");
        assert_eq!((journey.bands.len(), journey.skew), (4, None));
    }

    #[test]
    fn a_browser_that_tells_nonsense_is_not_believed() {
        for told in [painted("another", 121), painted("one", 900_000), Painted { at_ms: 0, ..painted("one", 1) }] {
            let journey = Journey::new(&last(4, 16, 97, 110, 112), Some(&told));
            assert_eq!((journey.is_painted, journey.total.as_str(), journey.bands.len()), (false, "112", 3));
        }
    }

    #[test]
    fn clocks_that_contradict_each_other_are_told_and_make_no_time_negative() {
        let journey = Journey::new(&last(4, -20, 97, 90, 91), None);
        assert!(journey.skew.unwrap().contains("at least 24 ms"));
        let ahead = Journey::new(&last(4, 500, 97, 110, 112), None);
        assert!(ahead.skew.as_ref().unwrap().contains("at least 390 ms"));
        assert!(ahead.steps.iter().all(|step| !step.width.starts_with('-') && !step.millis.starts_with('-')));
        let nothing = Journey::new(&last(0, 0, 0, 0, 0), None);
        assert_eq!((nothing.total.as_str(), nothing.sentence.as_str()), ("<1", "It was there at once."));
    }
}
