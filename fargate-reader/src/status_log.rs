//! The log event `reader_status`, for alarms where no program reads `/metrics`.

use std::time::Duration;

use crate::follow::Follow;

/// The interval of the event. The metric filters of `cdk/` depend on it.
pub(crate) const INTERVAL: Duration = Duration::from_secs(30);

/// Logs the state of the reader after the first scan of the volume, and then every 30 s. Never returns.
pub(crate) async fn run(follow: &Follow) {
    let mut snapshots = follow.subscribe();
    if snapshots.changed().await.is_err() {
        // The thread has ended. The service ends because of that, elsewhere.
        std::future::pending::<()>().await;
    }
    loop {
        log(follow.liveness().age(), follow.snapshot().rejected.is_some());
        tokio::time::sleep(INTERVAL).await;
    }
}

/// Logs the event. `age` is the age of the newest snapshot.
pub(crate) fn log(age: Duration, config_rejected: bool) {
    let last_look_age_seconds = age.as_secs_f64();
    tracing::info!(last_look_age_seconds, config_rejected, "reader_status");
}
