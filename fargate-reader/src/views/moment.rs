//! Points in time and spans of time, for people. The page's script shows them as "3 min" and keeps them current.

use askama::Template;
use jiff::Timestamp;
use shared_volume::time::to_text;

/// A point in time.
#[derive(Debug, Template)]
#[template(source = r#"<time datetime="{{ exact }}" title="{{ full }}">{{ short }}</time>"#, ext = "html")]
pub(super) struct Moment {
    exact: String,
    full: String,
    short: String,
}

impl From<Timestamp> for Moment {
    fn from(time: Timestamp) -> Self {
        let format = |format: &str| time.strftime(format).to_string();
        Self { exact: to_text(time), full: format("%-d %B %Y, %H:%M:%S.%3f UTC"), short: format("%-d %b, %H:%M UTC") }
    }
}

/// The time since a moment.
#[derive(Debug, Template)]
#[template(
    source = r#"<span data-since="{{ since.exact }}" title="since {{ since.full }}">{{ elapsed }}</span>"#,
    ext = "html"
)]
pub(super) struct Elapsed {
    since: Moment,
    elapsed: String,
}

impl Elapsed {
    pub(super) fn new(since: Timestamp, now: Timestamp) -> Self {
        let seconds = now.duration_since(since).as_secs().max(0);
        let elapsed = match seconds {
            0..120 => format!("{seconds} s"),
            120..7_200 => format!("{} min", seconds / 60),
            7_200..172_800 => format!("{} h", seconds / 3_600),
            _ => format!("{} days", seconds / 86_400),
        };
        Self { since: since.into(), elapsed }
    }
}

/// Returns the value of an attribute; it is empty if the time is not known.
pub(super) fn attribute(time: Option<Timestamp>) -> String {
    time.map(to_text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_short_and_its_title_is_complete() {
        let moment = Moment::from("2026-03-07T09:05:01.2Z".parse::<Timestamp>().unwrap());
        assert_eq!(
            moment.render().unwrap(),
            r#"<time datetime="2026-03-07T09:05:01.200Z" title="7 March 2026, 09:05:01.200 UTC">7 Mar, 09:05 UTC</time>"#
        );
    }

    #[test]
    fn elapsed_time_is_shown_in_the_unit_that_fits() {
        let since: Timestamp = "2026-03-07T09:00:00Z".parse().unwrap();
        let after = |seconds: i64| Elapsed::new(since, since + jiff::SignedDuration::from_secs(seconds)).elapsed;
        let shown = [-5, 12, 119, 120, 7_199, 7_200, 172_800].map(after);
        assert_eq!(shown, ["0 s", "12 s", "119 s", "2 min", "119 min", "2 h", "2 days"]);
    }
}
