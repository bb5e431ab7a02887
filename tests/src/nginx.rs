//! nginx, in front of the wall.

use std::net::SocketAddr;

use anyhow::Result;
use support::{Process, Reply, eventually, free_address};
use tempfile::TempDir;
use tests::tool;

/// A running nginx with one server.
pub(crate) struct Nginx {
    pub(crate) address: SocketAddr,
    _process: Process,
    _folder: TempDir,
}

impl Nginx {
    /// Starts nginx with these directives in `http`, and these in its `server`.
    pub(crate) async fn start(http: &str, server: &str) -> Result<Self> {
        let (address, folder) = (free_address()?, TempDir::with_prefix("nginx-")?);
        let path = folder.path().display();
        let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
        let temporary: String = temporary.iter().map(|name| format!("{name}_temp_path {path}/{name}; ")).collect();
        let configuration = format!(
            "daemon off; master_process off; pid {path}/pid; error_log {path}/error.log;
             events {{ worker_connections 1024; }}
             http {{ access_log off; {temporary} {http} server {{ listen {address}; {server} }} }}"
        );
        let file = folder.path().join("nginx.conf");
        fs_err::write(&file, configuration)?;
        let mut command = tool("nginx");
        command.arg("-p").arg(folder.path()).arg("-c").arg(&file).arg("-e").arg(folder.path().join("early.log"));
        let nginx = Self { address, _process: Process::start(command)?, _folder: folder };
        let live = format!("http://{address}/live");
        eventually("nginx", async || Reply::to(support::client().get(&live)).await?.success()).await?;
        Ok(nginx)
    }

    /// Starts nginx in front of this address, with these directives beside `proxy_pass`.
    pub(crate) async fn before(upstream: SocketAddr, directives: &str) -> Result<Self> {
        Self::start("", &format!("location / {{ proxy_pass http://{upstream}; {directives} }}")).await
    }
}
