//! The Lambda service alone. The test starts the execution environments.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

use anyhow::Result;
use reqwest::Client;
use serde_json::Value;
use support::{Process, Reply, eventually, free_address};
use tempfile::TempDir;

use crate::binary::binary;
use crate::routes::{function_path, invocations_path};

/// The Lambda service, and a volume for the function.
#[derive(Debug)]
pub struct Cloud {
    _service: Process,
    api: SocketAddr,
    runtime_api: SocketAddr,
    http: Client,
    volume: TempDir,
}

impl Cloud {
    /// Starts the service with these options of `messagewall lambda`. It has no environment yet.
    ///
    /// # Errors
    /// Returns an error with the output if the service does not start.
    pub async fn start(options: &[&str]) -> Result<Self> {
        let [api, runtime_api] = [free_address()?, free_address()?];
        let mut command = Command::new(binary("messagewall")?);
        command.args(["lambda", "--api", &api.to_string(), "--runtime-api", &runtime_api.to_string()]).args(options);
        let cloud = Self {
            _service: Process::start(command)?,
            api,
            runtime_api,
            http: support::client(),
            volume: TempDir::with_prefix("wall-")?,
        };
        let status = format!("http://{api}/status");
        eventually("the service", async || Reply::to(cloud.http.get(&status)).await?.success()).await?;
        Ok(cloud)
    }

    /// Returns the directory of the volume.
    #[must_use]
    pub fn volume(&self) -> &Path {
        self.volume.path()
    }

    /// Starts an execution environment. `tracer` is a program such as strace that runs it, if there is one.
    ///
    /// # Errors
    /// Returns an error if the process does not start.
    pub fn environment(&self, tracer: Option<Command>) -> Result<Process> {
        let writer = binary("lambda-writer")?;
        let mut command = match tracer {
            None => Command::new(writer),
            Some(mut tracer) => {
                tracer.arg(writer);
                tracer
            }
        };
        command.env("AWS_LAMBDA_RUNTIME_API", self.runtime_api.to_string());
        command.env("AWS_LAMBDA_FUNCTION_NAME", "MessageWall").env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256");
        command.env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST").env("WALL_DIR", self.volume.path());
        Process::start(command)
    }

    /// Invokes the function with an event.
    ///
    /// # Errors
    /// Returns an error if no answer came.
    pub async fn invoke(&self, event: &Value) -> Result<Reply> {
        let url = format!("http://{}{}", self.api, invocations_path());
        Reply::to(self.http.post(url).body(event.to_string())).await
    }

    /// Posts a message over the HTTP API.
    ///
    /// # Errors
    /// Returns an error if no answer came.
    pub async fn post(&self, text: &str) -> Result<Reply> {
        let url = format!("http://{}{}", self.api, function_path());
        Reply::to(self.http.post(url).header("content-type", "text/plain").body(text.to_owned())).await
    }

    /// Returns the wall as text, as the function reads it.
    ///
    /// # Errors
    /// Returns an error if no answer came, or a refusal.
    pub async fn wall(&self) -> Result<String> {
        let url = format!("http://{}{}", self.api, function_path());
        Ok(Reply::to(self.http.get(url)).await?.success()?.text()?.to_owned())
    }
}
