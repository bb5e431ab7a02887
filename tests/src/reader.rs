//! A reader without function and Lambda service, on a directory that the test chooses.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use reqwest::Client;
use serde_json::Value;
use support::{Process, Reply, Stream, eventually, fact, free_address};

use crate::binary::binary;

/// A running `messagewall fargate-reader`, which cannot post.
#[derive(Debug)]
pub struct Reader {
    /// The process of the reader.
    pub process: Process,
    http: Client,
    address: SocketAddr,
    wall_dir: PathBuf,
}

impl Reader {
    /// Starts a reader on `wall_dir` and waits until it is alive.
    ///
    /// # Errors
    /// Returns an error with the output if the reader does not start.
    pub async fn start(wall_dir: &Path) -> Result<Self> {
        Self::start_on(wall_dir.to_owned(), free_address()?, None).await
    }

    /// Starts a reader with an internal port, at which the function tells it what was written.
    ///
    /// # Errors
    /// Returns an error with the output if the reader does not start.
    pub async fn start_told(wall_dir: &Path, internal: SocketAddr) -> Result<Self> {
        let mut command = Command::new("env");
        command.arg(format!("INTERNAL_LISTEN={internal}"));
        Self::start_on(wall_dir.to_owned(), free_address()?, Some(command)).await
    }

    /// Starts a reader as the child of `tracer`, such as strace, to which the reader's command line is appended.
    ///
    /// # Errors
    /// Returns an error with the output if the reader does not start.
    pub async fn start_under(tracer: Command, wall_dir: &Path) -> Result<Self> {
        Self::start_on(wall_dir.to_owned(), free_address()?, Some(tracer)).await
    }

    /// Kills the reader and starts another one on the same address.
    ///
    /// # Errors
    /// Returns an error with the output if the reader does not start.
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
        let reader = Self { process: Process::start(command)?, http: support::client(), address, wall_dir };
        eventually("the reader", async || reader.get(&fact("/routes/reader/live")).await?.success()).await?;
        Ok(reader)
    }

    /// Returns the URL of a path of this reader.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Gets a path. A refusal is returned as any other answer.
    ///
    /// # Errors
    /// Returns an error if no answer came.
    pub async fn get(&self, path: &str) -> Result<Reply> {
        Reply::to(self.http.get(self.url(path))).await
    }

    /// Gets a path and returns the answer as JSON.
    ///
    /// # Errors
    /// Returns an error if no answer came, a refusal, or an answer that is not JSON.
    pub async fn json(&self, path: &str) -> Result<Value> {
        get_json(&self.http, &self.url(path)).await
    }

    /// Opens the event stream, which begins with the wall as it is now.
    ///
    /// # Errors
    /// Returns an error if the stream does not open.
    pub async fn events(&self) -> Result<Stream> {
        Stream::follow(&self.url(&fact("/routes/reader/events"))).await
    }
}

/// Returns the texts of a page of messages, oldest first.
///
/// # Errors
/// Returns an error if `page` has no messages, or a message has no text.
pub fn message_texts(page: &Value) -> Result<Vec<String>> {
    let messages = page["messages"].as_array().with_context(|| format!("no messages in {page}"))?;
    let text = |message: &Value| message["text"].as_str().map(str::to_owned).context("a message without text");
    messages.iter().map(text).collect()
}

pub(crate) async fn get_json(http: &Client, url: &str) -> Result<Value> {
    Reply::to(http.get(url)).await?.success()?.json()
}
