//! A configuration file of the developer, whose changes are published.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use notify::{RecursiveMode, Watcher};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::lambda::{Call, Lambda, Outcome};

/// The pause after a change. An editor writes a file in several steps.
const SETTLED: Duration = Duration::from_millis(100);

/// The pause before a publication is sent again that found no environment, or that the volume refused for a moment.
const RETRY_PAUSE: Duration = Duration::from_secs(1);

/// Publishes the file now and after each change, until `stop` is cancelled.
///
/// # Errors
/// Returns an error if the directory of the file cannot be watched.
pub(super) fn file(path: &Path, lambda: Arc<Lambda>, stop: CancellationToken) -> anyhow::Result<JoinHandle<()>> {
    let path = std::path::absolute(path)?;
    let directory = path.parent().context("the file has no directory")?.to_path_buf();
    let (changed, mut changes) = mpsc::channel(1);
    let mut watcher = notify::recommended_watcher(move |_| {
        // One change that waits is enough.
        let _ = changed.try_send(());
    })?;
    // Editors replace a file, so its name in the directory is followed.
    watcher.watch(&directory, RecursiveMode::NonRecursive)?;
    Ok(tokio::spawn(async move {
        let _watcher = watcher;
        let mut published = None;
        loop {
            published = publish_change(&path, &lambda, published).await;
            tokio::select! {
                change = changes.recv() => if change.is_none() { return },
                () = stop.cancelled() => return,
            }
            tokio::time::sleep(SETTLED).await;
        }
    }))
}

/// Publishes the file if its content is not `published`, and returns the content that was seen last.
async fn publish_change(path: &Path, lambda: &Arc<Lambda>, published: Option<Vec<u8>>) -> Option<Vec<u8>> {
    let bytes = match fs_err::read(path) {
        Ok(bytes) if Some(&bytes) != published.as_ref() => bytes,
        Ok(_) => return published,
        Err(error) => {
            tracing::warn!(%error, "followed_file_unreadable");
            return published;
        }
    };
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    match lambda_writer::sources::parse(&bytes, None, &name) {
        Ok(config) => publish(path, lambda, &config).await,
        Err(fault) => tracing::warn!(file = %path.display(), fault, "followed_file_invalid"),
    }
    Some(bytes)
}

async fn publish(path: &Path, lambda: &Arc<Lambda>, config: &Value) {
    let event = format!("follow-file-{}", Uuid::new_v4());
    let note = format!("from {}", path.display());
    let note: String = note.chars().take(shared_volume::limits::MAX_NOTE_CHARS).collect();
    let command = json!({ "command": "publish_config", "config": config, "note": note, "event": event }).to_string();
    loop {
        let answer = match lambda.invoke(Call::new(&Uuid::new_v4().to_string(), command.clone().into())).await {
            Ok(Outcome::Answered(answer)) => serde_json::from_slice::<Value>(&answer).unwrap_or_default(),
            Ok(Outcome::Failed(_, error)) => {
                tracing::warn!(error = %String::from_utf8_lossy(&error), "followed_file_not_published");
                tokio::time::sleep(RETRY_PAUSE).await;
                continue;
            }
            Err(_) => {
                tokio::time::sleep(RETRY_PAUSE).await;
                continue;
            }
        };
        match answer["message"].as_str() {
            Some(fault) => tracing::warn!(file = %path.display(), fault, "followed_file_invalid"),
            None => tracing::info!(generation = %answer["generation"], "followed_file_published"),
        }
        return;
    }
}
