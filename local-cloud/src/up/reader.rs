//! The reader, as a process of its own.

use std::path::Path;
use std::time::Duration;

use axum::http::Uri;
use tokio::net::TcpListener;
use tokio::process::Command;

use super::admin_token::Source;
use super::child::{Process, this_program};
use super::functions::UPLOADS;
use super::logs::Log;
use super::proxy;
use super::service::Service;
use crate::address::reachable;
use crate::defaults::INFERENCE_FUNCTION;
use crate::doors::STATUS_PATH;
use crate::health;

/// The path at which the reader answers as soon as it runs.
pub(crate) const LIVE_PATH: &str = "/live";

/// The pause between two requests to [`LIVE_PATH`].
const LIVE_PAUSE: Duration = Duration::from_millis(50);

/// The longest time to wait for the end of the reader after SIGTERM. It ends its streams at once.
const END_TIMEOUT: Duration = Duration::from_secs(5);

/// The running reader.
pub(super) struct Reader {
    process: Process,
    log: Log,
    /// The URL for browsers.
    pub(super) url: String,
}

/// The addresses of one reader, kept free until it starts.
pub(super) struct Place {
    pub(super) public: TcpListener,
    pub(super) internal: TcpListener,
}

/// The settings that all readers have in common.
pub(super) struct ReaderPlan<'a> {
    pub(super) service: &'a Service,
    pub(super) volume: &'a Path,
    pub(super) has_inference: bool,
    /// The internal addresses of all readers, as `host:port` with commas between.
    pub(super) names: &'a str,
    pub(super) admin_token: &'a Source,
    pub(super) log: &'a Log,
}

impl Reader {
    /// Starts the reader at the addresses of `place`. Its listeners have kept the addresses free, so that a port in use is
    /// reported before any part starts.
    pub(super) fn start(place: Place, plan: &ReaderPlan<'_>) -> anyhow::Result<Self> {
        let ReaderPlan { service, volume, has_inference, names, admin_token, log } = *plan;
        let (listen, internal) = (place.public.local_addr()?, place.internal.local_addr()?);
        let url = format!("http://{}", reachable(&place.public)?);
        drop(place);
        let mut command = Command::new(this_program()?);
        command.args(["fargate-reader", "--with-parent"]);
        command.arg("--writer-function").arg(&service.writer().settings().function);
        command.arg("--uploads-dir").arg(volume.join(UPLOADS));
        if has_inference {
            command.arg("--inference-function").arg(INFERENCE_FUNCTION);
        }
        command.arg("--listen").arg(listen.to_string()).arg("--internal-listen").arg(internal.to_string());
        command.arg("--wall-dir").arg(volume);
        command.arg("--readers").arg(names).arg("--cloud-status").arg(format!("{}{STATUS_PATH}", service.api));
        use_local_cloud(&mut command, &service.api);
        admin_token.pass_to(&mut command);
        let process = Process::spawn(&mut command, log)?;
        Ok(Self { process, log: log.clone(), url })
    }

    /// Waits for the end of the reader, and returns an error with its cause.
    pub(super) async fn ended(&mut self) -> anyhow::Error {
        let cause = self.process.ended().await;
        anyhow::anyhow!("the reader ended unasked ({cause}){}", self.log.last_lines())
    }

    /// Ends the reader.
    pub(super) async fn end(mut self) {
        self.process.end(END_TIMEOUT).await;
    }
}

/// Sets the variables by which the AWS SDK of a child finds the local cloud, and nothing else.
fn use_local_cloud(command: &mut Command, api: &str) {
    command.env("AWS_ENDPOINT_URL_LAMBDA", api).env("AWS_REGION", "us-east-1");
    command.env("AWS_ACCESS_KEY_ID", "local").env("AWS_SECRET_ACCESS_KEY", "local").env_remove("AWS_SESSION_TOKEN");
    command.env_remove("AWS_PROFILE").env("AWS_EC2_METADATA_DISABLED", "true");
    let host = api.parse::<Uri>().ok().and_then(|api| Some(api.host()?.to_owned())).unwrap_or_default();
    let exceptions = proxy::exceptions(proxy::VARIABLES.into_iter().filter_map(|name| std::env::var(name).ok()), &host);
    command.envs(proxy::VARIABLES.map(|name| (name, &exceptions)));
}

/// Waits until the reader at this URL answers.
pub(super) async fn until_live(url: &str) {
    let Ok(live) = format!("{url}{LIVE_PATH}").parse::<Uri>() else { return };
    while !health::get(live.clone()).await.is_ok_and(|status| status.is_success()) {
        tokio::time::sleep(LIVE_PAUSE).await;
    }
}
