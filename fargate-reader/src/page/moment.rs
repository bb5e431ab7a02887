//! Points in time, for people. The script turns them into "3 min" and keeps them right.

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

/// How long something has lasted.
#[derive(Debug, Template)]
#[template(
    source = r#"<span data-since="{{ since.exact }}" title="since {{ since.full }}">{{ lasted }}</span>"#,
    ext = "html"
)]
pub(super) struct Lasting {
    since: Moment,
    lasted: String,
}

impl Lasting {
    pub(super) fn new(since: Timestamp, now: Timestamp) -> Self {
        let seconds = now.duration_since(since).as_secs().max(0);
        let lasted = match seconds {
            0..120 => format!("{seconds} s"),
            120..7_200 => format!("{} min", seconds / 60),
            7_200..172_800 => format!("{} h", seconds / 3_600),
            _ => format!("{} days", seconds / 86_400),
        };
        Self { since: since.into(), lasted }
    }
}

/// For an attribute: empty when the time is not known.
pub(super) fn attribute(time: Option<Timestamp>) -> String {
    time.map(to_text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_short_and_has_all_of_it_in_its_title() {
        let moment = Moment::from("2026-03-07T09:05:01.2Z".parse::<Timestamp>().unwrap());
        assert_eq!(
            moment.render().unwrap(),
            r#"<time datetime="2026-03-07T09:05:01.200Z" title="7 March 2026, 09:05:01.200 UTC">7 Mar, 09:05 UTC</time>"#
        );
    }

    #[test]
    fn what_lasts_is_told_in_the_unit_that_fits() {
        let since: Timestamp = "2026-03-07T09:00:00Z".parse().unwrap();
        let after = |seconds: i64| Lasting::new(since, since + jiff::SignedDuration::from_secs(seconds)).lasted;
        let told = [-5, 12, 119, 120, 7_199, 7_200, 172_800].map(after);
        assert_eq!(told, ["0 s", "12 s", "119 s", "2 min", "119 min", "2 h", "2 days"]);
    }
}
