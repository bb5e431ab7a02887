//! The system as it is deployed: service, function and reader run as separate users with memory limits.

use std::net::SocketAddr;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use reqwest::Client;
use serde_json::Value;
use support::contract;
use tests::{Process, Reply, binary, eventually, free_address, function_path, invocations_path, message_texts};

pub(crate) use crate::limit::Limit;
use crate::support::{is_root, may_run_as, prompt};

/// The user of the function, as in the image.
pub(crate) const FUNCTION: u32 = 1001;

/// The user of the task.
const TASK: u32 = 1002;

/// The group of both.
pub(crate) const GROUP: u32 = 1001;

/// The settings of a wall that is not started yet.
#[derive(Debug)]
pub(crate) struct Parts {
    volume: PathBuf,
}

impl Parts {
    /// Returns settings with the volume in `directory`.
    pub(crate) fn new(directory: &Path) -> Result<Self> {
        let volume = directory.join("volume");
        fs_err::create_dir(&volume)?;
        Ok(Self { volume })
    }

    pub(crate) fn volume(&self) -> &Path {
        &self.volume
    }

    /// Gives the volume to the user of the function. Returns false if the programs cannot run as their users.
    pub(crate) fn act_as_users(&self) -> Result<bool> {
        if !is_root() || !may_run_as(FUNCTION)? {
            return Ok(false);
        }
        let above = self.volume.parent().context("no directory")?;
        for path in [above, &self.volume] {
            chown(path, Some(FUNCTION), Some(GROUP))?;
            use std::os::unix::fs::PermissionsExt;
            fs_err::set_permissions(path, std::fs::Permissions::from_mode(0o750))?;
        }
        Ok(true)
    }

    /// Starts the service, one environment of the function and one reader, each within its limit.
    pub(crate) async fn start(&self, function: Limit, task: Limit) -> Result<Deployed> {
        let [api, runtime_api, page] = [free_address()?, free_address()?, free_address()?];
        let mut command = Command::new(binary("messagewall")?);
        command.args(["lambda", "--api", &api.to_string(), "--runtime-api", &runtime_api.to_string()]);
        let service = Process::start(command)?;
        // A function that finds no Runtime API ends.
        eventually("the Runtime API", async || Ok(tokio::net::TcpStream::connect(runtime_api).await.map(drop)?))
            .await?;

        let mut command = function.command(&binary("messagewall")?);
        command.arg("lambda-writer").arg("--wall-dir").arg(&self.volume);
        command.env("AWS_LAMBDA_RUNTIME_API", runtime_api.to_string()).env("AWS_LAMBDA_FUNCTION_NAME", "MessageWall");
        command.env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST").env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256");
        command.env("AWS_REGION", "us-east-1");
        let allocator = contract()["allocator"].as_object().cloned().context("no allocator in the contract")?;
        command.envs(allocator.iter().filter_map(|(name, value)| Some((name, value.as_str()?))));
        self.act_as(&mut command, FUNCTION)?;
        let writer = Process::start(command)?;

        let mut command = task.command(&binary("messagewall")?);
        command.arg("fargate-reader").arg("--wall-dir").arg(&self.volume).arg("--listen").arg(page.to_string());
        self.act_as(&mut command, TASK)?;
        let reader = Process::start(command)?;

        let (http, limits) = (support::client(), (function, task));
        let wall = Deployed { writer, reader, _service: service, http, api, page, limits };
        eventually("the reader", async || wall.get("/live").await?.success()).await?;
        eventually("the function", async || {
            let status = Reply::to(wall.http.get(format!("http://{api}/status"))).await?.json()?;
            ensure!(status["environments"].as_array().is_some_and(|all| !all.is_empty()), "{status}");
            Ok(())
        })
        .await?;
        Ok(wall)
    }

    fn act_as(&self, command: &mut Command, user: u32) -> Result<()> {
        use std::os::unix::fs::MetadataExt;
        if fs_err::metadata(&self.volume)?.uid() == FUNCTION {
            command.uid(user).gid(GROUP);
        }
        Ok(())
    }
}

/// A running wall.
#[derive(Debug)]
pub(crate) struct Deployed {
    pub(crate) writer: Process,
    pub(crate) reader: Process,
    _service: Process,
    pub(crate) http: Client,
    api: SocketAddr,
    pub(crate) page: SocketAddr,
    /// The limits of function and task. Dropped after the processes.
    pub(crate) limits: (Limit, Limit),
}

impl Deployed {
    /// Posts over the HTTP API.
    pub(crate) async fn post(&self, text: impl Into<String>) -> Result<Reply> {
        let url = format!("http://{}{}", self.api, function_path());
        prompt(self.http.post(url).header("content-type", "text/plain").body(text.into())).await
    }

    /// Invokes the function.
    pub(crate) async fn invoke(&self, event: &Value) -> Result<Value> {
        let url = format!("http://{}{}", self.api, invocations_path());
        let reply = Reply::to(self.http.post(url).body(event.to_string())).await?.success()?;
        let failed = reply.header("x-amz-function-error");
        ensure!(failed.is_empty(), "{failed}: {}", reply.text()?);
        reply.json()
    }

    /// Gets a path of the reader.
    pub(crate) async fn get(&self, path: &str) -> Result<Reply> {
        Reply::to(self.http.get(format!("http://{}{path}", self.page))).await
    }

    /// Waits until the reader reports that the volume fails, with this reason.
    pub(crate) async fn reader_names(&self, named: &str) -> Result<()> {
        eventually(&format!("{named:?} in /api/status"), async || {
            let status = self.get("/api/status").await?.json()?;
            let reason = status["volume"]["reason"].as_str().unwrap_or_default();
            ensure!(status["volume"]["state"] != "ok" && reason.contains(named), "{status}");
            Ok(())
        })
        .await
    }

    /// Waits until the reader shows these messages.
    pub(crate) async fn shows(&self, texts: &[&str]) -> Result<()> {
        eventually("the messages at the reader", async || {
            let shown = message_texts(&self.get("/api/messages").await?.success()?.json()?)?;
            ensure!(shown == texts, "it shows {shown:?}");
            Ok(())
        })
        .await
    }
}
