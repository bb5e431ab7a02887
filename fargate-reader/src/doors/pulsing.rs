//! Makes the events that all streams send at the same time. One task makes them, so that no stream needs a timer.

use std::convert::Infallible;
use std::time::Duration;

use shared_volume::wall::Cursor;
use tokio::sync::watch;
use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use super::app::App;
use super::pulse::Pulse;
use crate::views::json::StatusJson;
use crate::views::{Piece, View, frames};

/// The interval at which the last `status` event is compared with the present state. A change of the volume's health is sent
/// at once.
const STATUS_INTERVAL: Duration = Duration::from_secs(1);

/// The number of comparisons from one beat to the next. A stream that was silent from one to the next sends a `beat`, so that it
/// is never silent for longer than [`frames::KEEP_ALIVE`].
const BEAT: u64 = frames::KEEP_ALIVE.as_secs() / STATUS_INTERVAL.as_secs() / 2;

/// Sends the news until `stopping` is cancelled. Then the channel closes, with which every stream ends.
pub(crate) async fn run(app: &App, pulse: watch::Sender<Pulse>, stopping: CancellationToken) -> Infallible {
    stopping.run_until_cancelled(send(app, &pulse)).await;
    drop(pulse);
    std::future::pending().await
}

async fn send(app: &App, pulse: &watch::Sender<Pulse>) -> Infallible {
    let (mut snapshots, mut ticks, mut ticked) = (app.follow.subscribe(), interval(STATUS_INTERVAL), 0_u64);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut sent = None;
    loop {
        let is_tick = tokio::select! {
            Ok(()) = snapshots.changed() => false,
            _ = ticks.tick() => true,
        };
        let status = next_status(app, &mut sent, is_tick);
        ticked += u64::from(is_tick);
        let is_beat = is_tick && ticked % BEAT == 0;
        if status.is_none() && !is_beat {
            continue;
        }
        pulse.send_modify(|pulse| {
            pulse.status = status.or_else(|| pulse.status.take());
            pulse.beats += u64::from(is_beat);
        });
    }
}

/// Returns a `status` event if the state has changed since `sent`. Figures that change with every message are sent only if
/// `ticked`.
fn next_status(app: &App, sent: &mut Option<(StatusJson, Cursor)>, ticked: bool) -> Option<Piece> {
    let view: &View = &app.view();
    let (status, cursor) = (app.status(&view.snapshot), view.snapshot.cursor);
    let is_current = |(sent, sent_at): &(StatusJson, Cursor)| {
        let has_new_figures = ticked && *sent_at != cursor;
        status.is_same_as(sent) && !has_new_figures
    };
    if sent.as_ref().is_some_and(is_current) {
        return None;
    }
    let event = frames::status(&view.snapshot, &status);
    *sent = Some((status, cursor));
    event.inspect_err(|error| tracing::error!(%error, "event_failed")).ok()
}
