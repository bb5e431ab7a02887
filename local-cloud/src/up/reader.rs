//! The reader, as a process of its own, as it is a container of its own in the cloud.

use std::path::Path;
use std::time::Duration;

use axum::http::Uri;
use tokio::net::TcpListener;
use tokio::process::Command;

use super::arguments::Settings;
use super::child::{Process, this_program};
use super::logs::Log;
use super::proxy;
use crate::address::reachable;
use crate::healthcheck;

/// The pause between two questions whether it is live yet.
const LIVE_PAUSE: Duration = Duration::from_millis(50);

/// How long it may take to end: its streams end at once.
const END_PATIENCE: Duration = Duration::from_secs(5);

pub(super) struct Reader {
    process: Process,
    log: Log,
    /// Where browsers reach it.
    pub(super) url: String,
}

impl Reader {
    /// The address was ours until now, so that a port in use is told before anything starts; the child takes it over.
    pub(super) fn start(
        settings: &Settings,
        volume: &Path,
        listener: TcpListener,
        api: &str,
        log: &Log,
    ) -> anyhow::Result<Self> {
        let listen = listener.local_addr()?;
        let url = format!("http://{}", reachable(&listener)?);
        drop(listener);
        let mut command = Command::new(this_program()?);
        command.args(["fargate-reader", "--with-parent", "--writer-function", &settings.service.lambda.function]);
        command.arg("--listen").arg(listen.to_string()).arg("--wall-dir").arg(volume);
        // The SDK finds the stand-in, and nothing else, by its own settings. The token is not for `ps` to show.
        command.env("AWS_ENDPOINT_URL_LAMBDA", api).env("AWS_REGION", "us-east-1");
        command.env("AWS_ACCESS_KEY_ID", "local").env("AWS_SECRET_ACCESS_KEY", "local").env_remove("AWS_SESSION_TOKEN");
        command.env_remove("AWS_PROFILE").env("AWS_EC2_METADATA_DISABLED", "true");
        let host = api.parse::<Uri>().ok().and_then(|api| Some(api.host()?.to_owned())).unwrap_or_default();
        let exceptions =
            proxy::exceptions(proxy::VARIABLES.into_iter().filter_map(|name| std::env::var(name).ok()), &host);
        command.envs(proxy::VARIABLES.map(|name| (name, &exceptions)));
        match &settings.admin_token {
            Some(token) => command.env("ADMIN_TOKEN", token),
            None => command.env_remove("ADMIN_TOKEN"),
        };
        let process = Process::spawn(&mut command, log)?;
        Ok(Self { process, log: log.clone(), url })
    }

    /// Waits for its end, which nobody asked for, and says why.
    pub(super) async fn ended(&mut self) -> anyhow::Error {
        let how = self.process.ended().await;
        anyhow::anyhow!("the reader ended unasked ({how}){}", self.log.last_lines())
    }

    pub(super) async fn end(mut self) {
        self.process.end(END_PATIENCE).await;
    }
}

/// Waits until the reader at this URL answers.
pub(super) async fn until_live(url: &str) {
    let Ok(live) = format!("{url}/live").parse::<Uri>() else { return };
    while !healthcheck::ask(live.clone()).await.is_ok_and(|status| status.is_success()) {
        tokio::time::sleep(LIVE_PAUSE).await;
    }
}
