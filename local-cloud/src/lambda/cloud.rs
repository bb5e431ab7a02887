//! The functions of the service.

use std::sync::Arc;

use serde::Serialize;

use super::service::Lambda;
use super::settings::Settings;
use super::status::Status;

/// All functions of the service. They share no environments and no queue.
#[derive(Debug)]
pub struct Cloud {
    writer: Arc<Lambda>,
    others: Vec<Arc<Lambda>>,
}

/// The state of all functions, as `GET /status` shows it. The fields of the writer are also those of the whole.
#[derive(Debug, Clone, Serialize)]
pub struct CloudStatus {
    #[serde(flatten)]
    writer: Status,
    functions: Vec<Status>,
}

impl Cloud {
    /// Returns functions without environments. Environments that name no function belong to the `writer`.
    #[must_use]
    pub fn new(writer: Settings, others: Vec<Settings>) -> Arc<Self> {
        let others = others.into_iter().map(Lambda::new).collect();
        let cloud = Self { writer: Lambda::new(writer), others };
        for function in cloud.functions() {
            let destination = function.settings().destination.as_deref();
            if let Some(destination) = destination.and_then(|name| cloud.function(name)) {
                function.set_destination(destination);
            }
        }
        Arc::new(cloud)
    }

    /// Returns the function that writes the wall.
    #[must_use]
    pub fn writer(&self) -> &Arc<Lambda> {
        &self.writer
    }

    /// Returns the function with this name.
    #[must_use]
    pub fn function(&self, name: &str) -> Option<&Arc<Lambda>> {
        self.functions().find(|function| function.settings().function == name)
    }

    /// Returns all functions, the writer first.
    pub fn functions(&self) -> impl Iterator<Item = &Arc<Lambda>> {
        std::iter::once(&self.writer).chain(&self.others)
    }

    /// Returns counters and environments, as `GET /status` shows them.
    #[must_use]
    pub fn status(&self) -> CloudStatus {
        let functions = self.functions().map(|function| function.status());
        CloudStatus { writer: self.writer.status(), functions: functions.collect() }
    }

    /// Waits for the asynchronous invocations in flight, and for those of their destinations.
    pub async fn close(&self) {
        let (sources, ends): (Vec<_>, Vec<_>) =
            self.functions().partition(|function| function.settings().destination.is_some());
        for function in sources.into_iter().chain(ends) {
            function.close().await;
        }
    }
}
