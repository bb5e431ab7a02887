//! Renders the page.

use askama::Template;
use jiff::Timestamp;
use shared_volume::config::Config;

use super::content::StatusPage;
use super::disk::Disk;
use super::journey::Journey;
use super::looking::Looking;
use super::mounted::Mounted;
use super::numbers::span;
use super::picture::Picture;
use super::planner::Planner;
use super::soon::Soon;
use crate::views::assets::url;
use crate::views::moment::Moment;
use crate::views::page::notices::{Notice, volume_notice, volume_state};
use crate::views::text::{Text, TextBuilder};

#[derive(Template)]
#[template(path = "status/page.html")]
struct StatusTemplate<'a> {
    here: &'static str,
    config: &'a Config,
    cursor: String,
    now: Moment,
    /// The time of this page by the clock of this task, in milliseconds since 1970.
    now_ms: i64,
    /// The id of the last message that has a journey; empty if there is none.
    last: &'a str,
    streams: u64,
    uptime: String,
    /// The state of the volume, for the script.
    volume: &'static str,
    notices: Vec<Notice>,
    picture: Picture,
    journey: Option<Journey>,
    disk: Disk,
    with_details: bool,
    soon: Soon,
    looking: Looking,
    mounted: Mounted,
    planner: Planner<'a>,
}

/// Renders the page.
///
/// # Errors
/// If a template fails.
pub(crate) fn status(page: &StatusPage<'_>) -> Result<Text, askama::Error> {
    let (snapshot, now) = (page.snapshot, Timestamp::now());
    let template = StatusTemplate {
        here: "status",
        config: &snapshot.config.config,
        cursor: snapshot.cursor.to_string(),
        now: now.into(),
        now_ms: now.as_millisecond(),
        last: page.journey.map(|journey| journey.id.as_str()).unwrap_or_default(),
        streams: page.me.streams
            + page.around.tasks.iter().filter_map(|task| Some(task.report.as_ref().ok()?.streams)).sum::<u64>(),
        uptime: span(page.me.uptime_s.floor()),
        volume: volume_state(&snapshot.volume),
        notices: volume_notice(&snapshot.volume, snapshot.config.generation, now).into_iter().collect(),
        picture: Picture::new(page, now),
        journey: page.journey.map(|journey| Journey::new(journey, page.painted.as_ref())),
        disk: Disk::new(page, now),
        with_details: page.with_details,
        soon: Soon::new(page.delays, page.past, page.me.interval_ms),
        looking: Looking::new(page),
        mounted: Mounted::new(page),
        planner: Planner::new(page.planner),
    };
    let mut text = TextBuilder::default();
    text.push(template.render()?);
    Ok(text.finish())
}
