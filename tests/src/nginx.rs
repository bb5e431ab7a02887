//! nginx, in front of the wall.

use std::net::SocketAddr;
use std::path::Path;

use anyhow::Result;
use support::{Process, Reply, eventually, free_address};
use tempfile::TempDir;

use crate::tool::tool;

/// A running nginx with one server.
#[derive(Debug)]
pub struct Nginx {
    /// The address of its server.
    pub address: SocketAddr,
    process: Process,
    folder: TempDir,
}

impl Nginx {
    /// Starts nginx with these directives in `http`, and these in its `server`.
    ///
    /// # Errors
    /// Returns an error if nginx is not installed, or if `GET /live` does not succeed through it.
    pub async fn start(http: &str, server: &str) -> Result<Self> {
        let (address, folder) = (free_address()?, TempDir::with_prefix("nginx-")?);
        let path = folder.path().display();
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
        let temporary: String = temporary.iter().map(|name| format!("{name}_temp_path {path}/{name}; ")).collect();
        let configuration = format!(
            "daemon off; master_process off; pid {path}/pid; error_log {path}/error.log;
             events {{ worker_connections 1024; }}
             http {{ access_log off; {temporary} {http} server {{ listen {address}; {server} }} }}"
        );
        fs_err::write(folder.path().join("nginx.conf"), configuration)?;
        let process = run(folder.path(), address).await?;
        Ok(Self { address, process, folder })
    }

    /// Starts nginx in front of this address, with these directives beside `proxy_pass`.
    ///
    /// # Errors
    /// Returns the errors of [`start`](Self::start).
    pub async fn before(upstream: SocketAddr, directives: &str) -> Result<Self> {
        Self::start("", &format!("location / {{ proxy_pass http://{upstream}; {directives} }}")).await
    }

    /// Starts nginx in front of these tasks, which get the requests in turn.
    ///
    /// # Errors
    /// Returns the errors of [`start`](Self::start).
    pub async fn before_tasks(tasks: &[SocketAddr]) -> Result<Self> {
        let servers: String = tasks.iter().map(|task| format!("server {task}; ")).collect();
        let server = "location / { proxy_pass http://tasks; proxy_set_header Host $http_host; }";
        Self::start(&format!("upstream tasks {{ {servers} }}"), server).await
    }

    /// Kills nginx, which ends all connections, and starts it again after `meanwhile`.
    ///
    /// # Errors
    /// Returns the errors of `meanwhile` and of [`start`](Self::start).
    pub async fn interrupt(self, meanwhile: impl AsyncFnOnce() -> Result<()>) -> Result<Self> {
        let Self { address, process, folder } = self;
        drop(process);
        meanwhile().await?;
        let process = run(folder.path(), address).await?;
        Ok(Self { address, process, folder })
    }
}

async fn run(folder: &Path, address: SocketAddr) -> Result<Process> {
    let mut command = tool("nginx");
    command.arg("-p").arg(folder).arg("-c").arg(folder.join("nginx.conf")).arg("-e").arg(folder.join("early.log"));
    let process = Process::start(command)?;
    let live = format!("http://{address}/live");
    eventually("nginx", async || Reply::to(support::client().get(&live)).await?.success()).await?;
    Ok(process)
}
