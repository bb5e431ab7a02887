//! A line in the log, again and again, for alarms where nobody scrapes `/metrics`.

use std::time::Duration;

use crate::follow::Follow;

/// How often the line is written; the metric filters of `cdk/` count on it.
const EVERY: Duration = Duration::from_secs(30);

/// Says how the reader does, after its first look at the volume and then every 30 s. It never ends.
pub(crate) async fn run(follow: &Follow) {
    let mut snapshots = follow.subscribe();
    if snapshots.changed().await.is_err() {
        // The thread ended, which ends the process elsewhere.
        std::future::pending::<()>().await;
    }
    loop {
        let last_look_age_seconds = follow.pulse().age().as_secs_f64();
        let config_rejected = follow.snapshot().rejected.is_some();
        tracing::info!(last_look_age_seconds, config_rejected, "reader_status");
        tokio::time::sleep(EVERY).await;
    }
}
