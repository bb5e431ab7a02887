//! The Lambda service and its servers, in this process.

use std::sync::Arc;

use anyhow::Context;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::arguments::LambdaArguments;
use crate::address::{BindError, bind, reachable};
use crate::doors;
use crate::lambda::{Cloud, Lambda};

/// The running service.
pub(super) struct Service {
    pub(super) cloud: Arc<Cloud>,
    /// The URL for callers.
    pub(super) api: String,
    /// The URL for environments.
    pub(super) runtime_api: String,
    shutdown: CancellationToken,
    callers: JoinHandle<()>,
}

/// The addresses of the service, on which nothing is served yet.
pub(super) struct Listeners {
    api: TcpListener,
    runtime_api: TcpListener,
}

impl Listeners {
    pub(super) async fn bind(arguments: &LambdaArguments) -> Result<Self, BindError> {
        let api = bind(&arguments.api, "--api").await?;
        Ok(Self { api, runtime_api: bind(&arguments.runtime_api, "--runtime-api").await? })
    }
}

impl Service {
    pub(super) fn start(Listeners { api, runtime_api }: Listeners, cloud: Arc<Cloud>) -> anyhow::Result<Self> {
        let shutdown = CancellationToken::new();
        let (api_url, runtime_api_url) = (url(&api)?, url(&runtime_api)?);
        let serving = doors::serve_api(api, Arc::clone(&cloud), shutdown.clone().cancelled_owned());
        let callers = tokio::spawn(async move {
            if let Err(error) = serving.await {
                tracing::error!(%error, "api_failed");
            }
        });
        let serving = doors::serve_runtime_api(runtime_api, Arc::clone(&cloud));
        tokio::spawn(async move {
            if let Err(error) = serving.await {
                tracing::error!(%error, "runtime_api_failed");
            }
        });
        Ok(Self { cloud, api: api_url, runtime_api: runtime_api_url, shutdown, callers })
    }

    /// Returns the function that writes the wall.
    pub(super) fn writer(&self) -> &Arc<Lambda> {
        self.cloud.writer()
    }

    /// Accepts no more calls, and waits for those in flight, at most as long as one may take.
    pub(super) async fn end(self) {
        self.shutdown.cancel();
        let drained = async { tokio::join!(self.callers, self.cloud.close()) };
        let timeout = self.cloud.functions().map(|function| function.settings().timeout).max().unwrap_or_default();
        if tokio::time::timeout(timeout, drained).await.is_err() {
            tracing::warn!(waited_ms = timeout.as_millis(), "invocations_abandoned");
        }
    }
}

fn url(listener: &TcpListener) -> anyhow::Result<String> {
    let address = reachable(listener).context("a listener has no address")?;
    Ok(format!("http://{address}"))
}
