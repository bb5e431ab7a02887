//! Tests of the page and its fragments. The browser tests test what a browser does with them.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use jiff::{SignedDuration, Timestamp};
use shared_volume::config::{Cause, Config, Published};
use shared_volume::wall::Cursor;
use ulid::Ulid;

use wall_api::{ErrorBody, PAGE_MESSAGES};

use super::{FormState, WallPage, config_fragments, not_found, status_fragments};
use crate::follow::{
    ConfigChange, Item, ItemKind, Message, MessagePage, Rejected, Snapshot, Trigger, VolumeHealth, WatcherKind,
};
use crate::views::text::TextBuilder;
use crate::views::{Encoding, Features, PostingState, View, Views, entry, frames};

const FEATURES: Features = Features { pictures: false, labels: false, details: true };

fn ago(seconds: i64) -> Timestamp {
    Timestamp::now() - SignedDuration::from_secs(seconds)
}

/// Returns a snapshot with the messages of `written`: author, text, seconds ago.
fn snapshot(written: &[(Option<&str>, &str, i64)]) -> Snapshot {
    let wall = Ulid::from_parts(1, 1);
    let message = |(index, (author, text, seconds)): (usize, &(Option<&str>, &str, i64))| {
        let at = ago(*seconds);
        let position = index as u64 * 100;
        Arc::new(Message {
            id: Ulid::from_parts(2, index as u128).to_string(),
            ends: Cursor { wall, position: position + 100, edition: 0 },
            author: author.map(str::to_owned),
            text: (*text).to_owned(),
            picture: None,
            label: None,
            plain: false,
            trigger: Trigger::Page,
            received: Some(at - SignedDuration::from_millis(4)),
            at: Some(at),
            stored: Some(at + SignedDuration::from_millis(12)),
            seen: Some(at + SignedDuration::from_millis(108)),
            rewritten: false,
            followed: false,
        })
    };
    let cursor = Cursor { wall, position: written.len() as u64 * 100, edition: 0 };
    let messages = Arc::new(written.iter().enumerate().map(message).collect());
    Snapshot { cursor, messages, volume: VolumeHealth::Ok, ..Snapshot::waiting(Duration::from_millis(250)) }
}

fn published(generation: u64, seconds: i64, source: &str, config: &str) -> Arc<Published> {
    let cause = Cause { source: source.to_owned(), ..Cause::default() };
    let config = Config::from_json(config.as_bytes()).unwrap();
    Arc::new(Published { generation, published_at: Some(ago(seconds)), cause, config, ..Published::initial() })
}

fn change(published: Arc<Published>, changed: &[&str]) -> Arc<ConfigChange> {
    let changed = changed.iter().map(|field| (*field).to_owned()).collect();
    Arc::new(ConfigChange { published, changed, stored: None, seen: Some(Timestamp::now()) })
}

/// Returns the view of a snapshot.
fn view(snapshot: Snapshot) -> Arc<View> {
    let snapshot = Arc::new(snapshot);
    Views::new(Arc::clone(&snapshot), FEATURES).of(snapshot)
}

fn page_of(view: &View) -> WallPage<'_> {
    let page = view.snapshot.newest(PAGE_MESSAGES);
    let (form, posting) = (FormState::default(), PostingState::Open);
    WallPage { view, page, form, posting, admin: false, invited: false, streams: 12 }
}

fn joined(body: &[Bytes]) -> String {
    String::from_utf8(body.concat()).unwrap()
}

/// Renders the whole page, as a browser gets it.
fn wall(content: &WallPage<'_>) -> String {
    joined(&super::wall(content).unwrap().body(Encoding::Plain))
}

fn list(view: &View, page: &MessagePage<'_>) -> String {
    let mut text = TextBuilder::default();
    super::list(view, page).unwrap().push(&mut text);
    joined(&text.finish().body(Encoding::Plain))
}

/// Returns the index of `text` in `html`.
fn place(html: &str, text: &str) -> usize {
    html.find(text).unwrap_or_else(|| panic!("{text} is in {html}"))
}

#[test]
fn messages_are_escaped_and_keep_their_line_breaks() {
    let text = "<script>alert('1')</script>\n  two &amp; \"three\"\n\nhttps://a.example/?q=<b>&x=\"y\"";
    let view = view(snapshot(&[(Some("<i>ann\"'"), text, 3)]));
    let html = wall(&page_of(&view));
    let text = html.split_once(r#"<div class="text" dir="auto">"#).unwrap().1.split_once("</div>").unwrap().0;
    assert!(
        text.starts_with("&#60;script&#62;alert(&#39;1&#39;)&#60;/script&#62;\n  two &#38;amp; &#34;three&#34;\n\n<a ")
    );
    assert!(text.contains(r#"href="https://a.example/?q=" target="_blank" rel="noopener noreferrer nofollow""#));
    assert!(text.ends_with("&#60;b&#62;&#38;x=&#34;y&#34;"));
    assert!(html.contains("&#60;i&#62;ann&#34;&#39;") && !html.contains("<i>"));
}

#[test]
fn nothing_on_the_page_needs_another_host_or_runs_inline() {
    let view = view(snapshot(&[(Some("ann"), "Hello", 3)]));
    let html = wall(&page_of(&view)) + &not_found("/x").unwrap();
    for forbidden in [" style=", "<style", " onclick", " onload", "http://", "https://", "javascript:"] {
        assert!(!html.contains(forbidden), "{forbidden}");
    }
    assert_eq!(
        html.matches("<script").count(),
        html.matches("<script type=\"module\" src=\"/assets/wall.js?v=").count()
    );
}

#[test]
fn the_newest_message_is_first_and_changes_are_between_the_messages() {
    let mut snapshot = snapshot(&[(None, "first", 300), (None, "second", 100)]);
    snapshot.config = published(42, 200, "aws.ssm", r##"{"title":"Release wall","accent":"#123abc"}"##);
    snapshot.changes = vec![change(snapshot.config.clone(), &["title", "accent", "banner"])];
    let html = wall(&page_of(&view(snapshot)));
    let places = ["second", "configuration 42", "first"].map(|text| place(&html, text));
    assert!(places.is_sorted(), "{places:?}");
    assert!(html.contains("Parameter Store changed <code>title</code>, <code>accent</code> and <code>banner</code>"));
    assert!(html.contains("<title>Release wall</title>") && html.contains("/accent.css?c=123abc"));
}

#[test]
fn a_change_is_on_the_one_page_of_several_where_it_belongs() {
    let mut snapshot = snapshot(&[(None, "a", 400), (None, "b", 300), (None, "c", 200), (None, "d", 100)]);
    let seconds = [500, 350, 250, 50];
    let changes = (1..).zip(seconds).map(|(number, at)| change(published(number, at, "", "{}"), &["title"]));
    snapshot.changes = changes.collect();
    let on =
        |html: String| (1..=4).filter(|number| html.contains(&format!("configuration {number} "))).collect::<Vec<_>>();
    let view = view(snapshot);
    let newest = list(&view, &view.snapshot.newest(2));
    let older = list(&view, &view.snapshot.before(view.snapshot.messages[1].ends, 2));
    assert_eq!((on(newest), on(older)), (vec![4], vec![1, 2, 3]));
}

#[test]
fn a_refused_message_keeps_its_text_and_shows_the_reason() {
    let view = view(snapshot(&[]));
    let refused = ErrorBody {
        error: "author_invalid".into(),
        message: "too <long>".to_owned(),
        field: Some("author".into()),
        status: None,
    };
    let form = FormState {
        text: "\n</textarea>kept".to_owned(),
        author: "\"ann".to_owned(),
        refused: Some(refused),
        event: None,
    };
    let html = wall(&WallPage { form, ..page_of(&view) });
    // The first line break after `<textarea>` is not part of its content.
    assert!(html.contains(">\n\n&#60;/textarea&#62;kept</textarea>"));
    assert!(html.contains(r#"value="&#34;ann""#));
    assert!(html.contains("<strong>Not posted:</strong> too &#60;long&#62;</p>"));
    assert_eq!(html.matches("aria-invalid").count(), 1);
    assert!(place(&html, "aria-invalid") > place(&html, r#"id="author""#));
}

#[test]
fn a_page_that_cannot_post_shows_the_reason_and_no_form() {
    let view = view(snapshot(&[]));
    for (posting, text) in [
        (PostingState::Open, "up to 500 characters"),
        (PostingState::Closed, "Posting is closed."),
        (PostingState::Unavailable, "WRITER_FUNCTION"),
    ] {
        let html = wall(&WallPage { posting, ..page_of(&view) });
        assert!(html.contains(text));
        assert_eq!(html.contains(r#"<fieldset id="fields" disabled>"#), posting != PostingState::Open);
    }
}

#[test]
fn the_page_shows_the_rejected_and_the_running_configuration() {
    let mut snapshot = snapshot(&[]);
    snapshot.config = published(42, 900, "direct", "{}");
    let reason = "config.json: banner.tone: unknown variant `loud`".to_owned();
    snapshot.rejected = Some(Rejected { reason, since: ago(185), source: "config.json" });
    snapshot.volume = VolumeHealth::Failing { reason: "content: Input/output error".to_owned(), since: ago(12) };
    let view = view(snapshot);
    for html in [wall(&page_of(&view)), config_fragments(&view, PostingState::Open).unwrap()] {
        assert!(html.contains("<p class=\"reason\" dir=\"auto\">config.json: banner.tone: unknown variant `loud`</p>"));
        assert!(html.contains(">3 min</span>") && html.contains("The wall goes on with configuration 42"));
        assert!(html.contains(">12 s</span>") && html.contains("content: Input/output error"));
    }
}

#[test]
fn every_fragment_finds_its_place_on_the_page() {
    let mut snapshot = snapshot(&[(Some("ann"), "Hello", 3)]);
    snapshot.config = published(7, 60, "messagewall", r#"{"banner":{"text":"Freeze","tone":"warning"}}"#);
    let view = view(snapshot);
    let config = config_fragments(&view, PostingState::Open).unwrap();
    assert!(config.contains(r#"<dd id="figure-generation">7</dd>"#), "{config}");
    let fragments =
        config + &status_fragments(&view.snapshot, 3).unwrap() + &list(&view, &view.snapshot.newest(PAGE_MESSAGES));
    let page = wall(&page_of(&view));
    // The configuration's figures are among those of the status, too.
    let ids = fragments.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let ids: Vec<&str> = ids.collect();
    assert!(ids.len() > 8, "{ids:?}");
    for id in ids {
        assert_eq!(page.matches(&format!(" id=\"{id}\"")).count(), 1, "{id}");
    }
}

#[test]
fn a_message_carries_the_times_of_its_journey() {
    let snapshot = snapshot(&[(Some("ann"), "Hello", 3)]);
    let mut message = Message::clone(&snapshot.messages[0]);
    message.at = Some("2026-11-23T18:26:01.120Z".parse().unwrap());
    message.stored = None;
    let html = entry::message(&message, FEATURES).unwrap();
    assert!(html.contains(r#" data-at="2026-11-23T18:26:01.120Z" data-stored="" data-seen="2"#), "{html}");
}

#[test]
fn the_page_names_the_watcher() {
    let waiting = || snapshot(&[]);
    for (watcher, text) in
        [(None, "every 250 ms"), (Some(WatcherKind::Nfs), "every 250 ms"), (Some(WatcherKind::Native), "inotify")]
    {
        let html = wall(&page_of(&view(Snapshot { watcher, ..waiting() })));
        assert!(html.contains(&format!(r#"<dd id="figure-watching">{text}</dd>"#)), "{html}");
    }
}

#[test]
fn all_streams_share_the_event_of_a_message_also_after_the_next_message() {
    let first = Arc::new(snapshot(&[(Some("ann"), "Hello", 3), (None, "World", 2)]));
    let views = Views::new(Arc::clone(&first), FEATURES);
    let kind = ItemKind::Message(Arc::clone(&first.messages[1]));
    let item = Item { ends: first.messages[1].ends, kind };
    let event = frames::item(&views.of(Arc::clone(&first)), &item).unwrap().unwrap();
    let next = views.of(Arc::new(Snapshot { number: 1, ..Snapshot::clone(&first) }));
    let same = frames::item(&next, &item).unwrap().unwrap();
    assert_eq!(event.plain().as_ptr(), same.plain().as_ptr());
    assert_eq!(event.deflated().bytes.as_ptr(), same.deflated().bytes.as_ptr());
    assert!(event.plain().starts_with(b"event: message\nid: ") && event.plain().ends_with(b"\"}\n\n"));
}

#[test]
fn a_burst_longer_than_a_page_is_encoded_once_for_all_streams() {
    let written = vec![(None, "many", 3); 3 * PAGE_MESSAGES];
    let view = view(snapshot(&written));
    for message in view.snapshot.messages.iter() {
        let item = Item { ends: message.ends, kind: ItemKind::Message(Arc::clone(message)) };
        let [one, other] = [0; 2].map(|_| frames::item(&view, &item).unwrap().unwrap());
        assert!(one.is(&other));
    }
}

#[test]
fn all_requests_share_a_view_while_the_volume_is_silent() {
    let failing = |seconds, reason: &str| VolumeHealth::Failing { reason: reason.to_owned(), since: ago(seconds) };
    let published = snapshot(&[(None, "read", 9)]);
    let of = |volume| Arc::new(Snapshot { volume, ..Snapshot::clone(&published) });
    let views = Views::new(of(VolumeHealth::Ok), FEATURES);
    let silent = views.of(of(failing(5, "silent")));
    assert!(matches!(silent.snapshot.volume, VolumeHealth::Failing { .. }));
    assert!(Arc::ptr_eq(&silent, &views.of(of(failing(6, "silent")))));
    assert!(!Arc::ptr_eq(&silent, &views.of(of(failing(6, "another reason")))));
    assert_eq!(views.of(of(VolumeHealth::Ok)).snapshot.volume, VolumeHealth::Ok);
}
