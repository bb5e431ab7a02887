//! A reader alone, on a directory of the test's choice.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use reqwest::Client;
use serde_json::Value;

use crate::binary::binary;
use crate::patience::eventually;
use crate::port::free_address;
use crate::process::Process;
use crate::reply::Reply;
use crate::stream::Stream;

/// A running `messagewall fargate-reader`, which cannot post.
#[derive(Debug)]
pub struct Reader {
    /// The process, for tests of its life.
    pub process: Process,
    http: Client,
    address: SocketAddr,
    wall_dir: PathBuf,
}

impl Reader {
    /// Starts a reader on `wall_dir`, and waits until it is alive.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn start(wall_dir: &Path) -> Result<Self> {
        Self::start_on(wall_dir.to_owned(), free_address()?, None).await
    }

    /// Starts a reader as the child of `tracer`, such as strace, which takes its command line.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn start_under(tracer: Command, wall_dir: &Path) -> Result<Self> {
        Self::start_on(wall_dir.to_owned(), free_address()?, Some(tracer)).await
    }

    /// Starts it again, on the same address.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn again(self) -> Result<Self> {
        let Self { process, wall_dir, address, .. } = self;
        drop(process);
        Self::start_on(wall_dir, address, None).await
    }

    async fn start_on(wall_dir: PathBuf, address: SocketAddr, tracer: Option<Command>) -> Result<Self> {
        let program = binary("messagewall")?;
        let mut command = match tracer {
            None => Command::new(program),
            Some(mut tracer) => {
                tracer.arg(program);
                tracer
            }
        };
        command.arg("fargate-reader").arg("--wall-dir").arg(&wall_dir).arg("--listen").arg(address.to_string());
        let reader = Self { process: Process::start(command)?, http: Client::new(), address, wall_dir };
        eventually("the reader", async || reader.get("/live").await?.success()).await?;
        Ok(reader)
    }

    /// A URL of this reader.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// `GET` of a path.
    ///
    /// # Errors
    /// When no answer came.
    pub async fn get(&self, path: &str) -> Result<Reply> {
        Reply::to(self.http.get(self.url(path))).await
    }

    /// `GET` of a path, as JSON.
    ///
    /// # Errors
    /// When no good answer came.
    pub async fn json(&self, path: &str) -> Result<Value> {
        get_json(&self.http, &self.url(path)).await
    }

    /// Follows the event stream from now on.
    ///
    /// # Errors
    /// When it does not open.
    pub async fn events(&self) -> Result<Stream> {
        Stream::follow(&self.url("/events")).await
    }
}

/// The texts of the messages of a page of messages, oldest first.
///
/// # Errors
/// When it is no page of messages.
pub fn message_texts(page: &Value) -> Result<Vec<String>> {
    let messages = page["messages"].as_array().with_context(|| format!("no messages in {page}"))?;
    let text = |message: &Value| message["text"].as_str().map(str::to_owned).context("a message without text");
    messages.iter().map(text).collect()
}

pub(crate) async fn get_json(http: &Client, url: &str) -> Result<Value> {
    Reply::to(http.get(url)).await?.success()?.json()
}
