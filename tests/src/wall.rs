//! Everything that `messagewall up` starts, on a directory and on ports that no other test uses.

use std::net::SocketAddr;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use support::{Process, Reply, Stream, eventbridge, eventually, fact, free_address};
use tempfile::TempDir;

use crate::binary::binary;
use crate::reader::{Reader, get_json};
use crate::routes::{function_path, invocations_path};

/// A running `messagewall up`.
#[derive(Debug)]
pub struct Wall {
    /// The process of `messagewall`. The writers and the reader are its children.
    pub process: Process,
    /// A client for other requests.
    pub http: Client,
    page: SocketAddr,
    api: SocketAddr,
    volume: PathBuf,
    /// Dropped after the process, which uses the directory.
    _directory: Option<TempDir>,
}

/// The settings of a `messagewall up` that is not started yet.
#[derive(Debug)]
pub struct WallBuilder {
    environments: usize,
    timeout_seconds: u64,
    volume: Option<PathBuf>,
    page: SocketAddr,
    api: SocketAddr,
    runtime_api: SocketAddr,
    admin_token: Option<&'static str>,
    user: Option<u32>,
    variables: Vec<(&'static str, String)>,
    until: String,
}

impl Wall {
    /// Starts everything on an empty volume, with two execution environments.
    ///
    /// # Errors
    /// Returns an error with the output if the programs do not start.
    pub async fn start() -> Result<Self> {
        Self::builder()?.start().await
    }

    /// Returns the settings that [`Wall::start`] uses.
    ///
    /// # Errors
    /// Returns an error if no port is free.
    pub fn builder() -> Result<WallBuilder> {
        let [page, api, runtime_api] = [free_address()?, free_address()?, free_address()?];
        let (user, variables, until) = (None, Vec::new(), fact("/routes/reader/ready"));
        Ok(WallBuilder {
            environments: 2,
            timeout_seconds: 10,
            volume: None,
            page,
            api,
            runtime_api,
            admin_token: None,
            user,
            variables,
            until,
        })
    }

    /// Returns the address of the reader.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.page
    }

    /// Returns the process id of the child with this subcommand.
    ///
    /// # Errors
    /// Returns an error if there is none.
    pub fn child(&self, subcommand: &str) -> Result<u32> {
        let id = self.process.pid();
        // Any thread of the process may have started a child.
        let tasks = fs_err::read_dir(format!("/proc/{id}/task"))?;
        let children = tasks.filter_map(|task| fs_err::read_to_string(task.ok()?.path().join("children")).ok());
        let children: String = children.collect::<Vec<_>>().join(" ");
        let named = |pid: &&str| {
            let line = fs_err::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            String::from_utf8_lossy(&line).contains(subcommand)
        };
        let found = children.split_whitespace().find(named).with_context(|| format!("no child {subcommand}"))?;
        Ok(found.parse()?)
    }

    /// Returns the directory of the volume.
    #[must_use]
    pub fn volume(&self) -> &Path {
        &self.volume
    }

    /// Returns the URL of a path of the reader.
    #[must_use]
    pub fn page(&self, path: &str) -> String {
        format!("http://{}{path}", self.page)
    }

    /// Returns the URL of a path of the HTTP API.
    #[must_use]
    pub fn api(&self, path: &str) -> String {
        format!("http://{}{path}", self.api)
    }

    /// Returns the URL of the function, as the commands of the blog post use it.
    #[must_use]
    pub fn function(&self) -> String {
        self.api(&function_path())
    }

    /// Returns the URL at which the Lambda Invoke API calls the function.
    #[must_use]
    pub fn invocations(&self) -> String {
        self.api(&invocations_path())
    }

    /// Returns a request to the function over the HTTP API, with a body of the type `text/plain`.
    pub fn request(&self, method: Method) -> RequestBuilder {
        self.http.request(method, self.function()).header("content-type", "text/plain")
    }

    /// Posts `text` as the blog post does. A refusal is returned as any other answer.
    ///
    /// # Errors
    /// Returns an error if no answer came.
    pub async fn post(&self, text: impl Into<reqwest::Body>) -> Result<Reply> {
        Reply::to(self.request(Method::POST).body(text)).await
    }

    /// Gets the wall as the blog post does.
    ///
    /// # Errors
    /// Returns an error if no answer came, or a refusal.
    pub async fn get(&self) -> Result<String> {
        Ok(Reply::to(self.request(Method::GET)).await?.success()?.text()?.to_owned())
    }

    /// Deletes the messages as the blog post does.
    ///
    /// # Errors
    /// Returns an error if no answer came, or a refusal.
    pub async fn delete(&self) -> Result<String> {
        Ok(Reply::to(self.request(Method::DELETE)).await?.success()?.text()?.to_owned())
    }

    /// Invokes the function over the Lambda Invoke API and returns its answer.
    ///
    /// # Errors
    /// Returns an error if no answer came, or a function error.
    pub async fn invoke(&self, event: &Value) -> Result<Value> {
        let reply = self.invocation(event.to_string()).await?.success()?;
        let failed = reply.header("x-amz-function-error");
        ensure!(failed.is_empty(), "{failed}: {}", reply.text()?);
        reply.json()
    }

    /// Invokes the function over the Lambda Invoke API with a payload that need not be JSON.
    ///
    /// # Errors
    /// Returns an error if no answer came.
    pub async fn invocation(&self, payload: impl Into<reqwest::Body>) -> Result<Reply> {
        Reply::to(self.http.post(self.invocations()).body(payload)).await
    }

    /// Changes the configuration with an EventBridge event.
    ///
    /// # Errors
    /// Returns an error if the function refuses the change.
    pub async fn change_config(&self, patch: &Value) -> Result<Value> {
        let answer = self.invoke(&eventbridge("Config Change Requested", &json!({ "patch": patch }))).await?;
        ensure!(answer.get("error").is_none(), "refused: {answer}");
        Ok(answer)
    }

    /// Posts messages one after the other.
    ///
    /// # Errors
    /// Returns an error if the function refuses one.
    pub async fn post_all(&self, texts: &[&str]) -> Result<()> {
        for text in texts {
            self.post((*text).to_owned()).await?.success()?;
        }
        Ok(())
    }

    /// Gets a path of the reader and returns the answer as JSON.
    ///
    /// # Errors
    /// Returns an error if no answer came, a refusal, or an answer that is not JSON.
    pub async fn json(&self, path: &str) -> Result<Value> {
        get_json(&self.http, &self.page(path)).await
    }

    /// Opens the reader's event stream, which begins with the wall as it is now.
    ///
    /// # Errors
    /// Returns an error if the stream does not open.
    pub async fn events(&self) -> Result<Stream> {
        Stream::follow(&self.page(&fact("/routes/reader/events"))).await
    }

    /// Starts a second reader on the same volume.
    ///
    /// # Errors
    /// Returns an error with the output if the reader does not start.
    pub async fn second_reader(&self) -> Result<Reader> {
        Reader::start(&self.volume).await
    }

    /// Returns the process ids of the execution environments that are attached now.
    ///
    /// # Errors
    /// Returns an error if the status of the service does not list them.
    pub async fn environments(&self) -> Result<Vec<i32>> {
        let status = get_json(&self.http, &self.api(&fact("/routes/local_cloud/status"))).await?;
        let environments = status["environments"].as_array().context("no environments in /status")?;
        Ok(environments.iter().filter_map(|environment| environment["pid"].as_i64()?.try_into().ok()).collect())
    }
}

impl WallBuilder {
    /// Sets the number of execution environments. Default: 2.
    #[must_use]
    pub fn environments(self, environments: usize) -> Self {
        Self { environments, ..self }
    }

    /// Sets the timeout of an invocation. Default: 10 s.
    #[must_use]
    pub fn timeout_seconds(self, timeout_seconds: u64) -> Self {
        Self { timeout_seconds, ..self }
    }

    /// Sets the directory of the volume. Default: a new one, which is deleted with the wall.
    #[must_use]
    pub fn volume(self, volume: &Path) -> Self {
        Self { volume: Some(volume.to_owned()), ..self }
    }

    /// Sets the address of the reader. Default: a free one.
    #[must_use]
    pub fn page(self, page: SocketAddr) -> Self {
        Self { page, ..self }
    }

    /// Sets the address of the HTTP API. Default: a free one.
    #[must_use]
    pub fn api(self, api: SocketAddr) -> Self {
        Self { api, ..self }
    }

    /// Sets the address of the Runtime API. Default: a free one.
    #[must_use]
    pub fn runtime_api(self, runtime_api: SocketAddr) -> Self {
        Self { runtime_api, ..self }
    }

    /// Sets the token of the administrator. Default: there is no administrator.
    #[must_use]
    pub fn admin_token(self, token: &'static str) -> Self {
        Self { admin_token: Some(token), ..self }
    }

    /// Sets the user id and group id of the processes. Only root may do so.
    #[must_use]
    pub fn user(self, id: u32) -> Self {
        Self { user: Some(id), ..self }
    }

    /// Adds an environment variable.
    #[must_use]
    pub fn variable(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.variables.push((name, value.into()));
        self
    }

    /// Waits at the start until the reader is alive, and not until it has read the volume.
    #[must_use]
    pub fn until_live(self) -> Self {
        Self { until: fact("/routes/reader/live"), ..self }
    }

    /// Returns the command that starts everything on `volume`.
    ///
    /// # Errors
    /// Returns an error if `messagewall` cannot be built.
    pub fn command(&self, volume: &Path) -> Result<Command> {
        let mut command = Command::new(binary("messagewall")?);
        command.arg("up").arg("--volume").arg(volume);
        command.arg("--listen").arg(self.page.to_string());
        command.arg("--api").arg(self.api.to_string());
        command.arg("--runtime-api").arg(self.runtime_api.to_string());
        command.arg("--environments").arg(self.environments.to_string());
        command.arg("--timeout").arg(self.timeout_seconds.to_string());
        if let Some(token) = self.admin_token {
            command.env("ADMIN_TOKEN", token);
        }
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        if let Some(user) = self.user {
            command.uid(user).gid(user);
        }
        Ok(command)
    }

    /// Starts everything and waits until the page and the function answer.
    ///
    /// # Errors
    /// Returns an error with the output if they do not answer.
    pub async fn start(self) -> Result<Wall> {
        let directory = if self.volume.is_some() { None } else { Some(TempDir::with_prefix("messagewall-")?) };
        let volume = match (&self.volume, &directory) {
            (Some(volume), _) => volume.clone(),
            (None, Some(directory)) => directory.path().join("volume"),
            (None, None) => anyhow::bail!("no volume"),
        };
        let mut process = Process::start(self.command(&volume)?)?;
        let http = support::client();
        let (page, api) = (format!("http://{}", self.page), format!("http://{}", self.api));
        process.until_printed("the page's address", |output| output.contains(&page).then_some(())).await?;
        process.until_printed("the API's address", |output| output.contains(&api).then_some(())).await?;
        eventually("the page", async || Reply::to(http.get(format!("{page}{}", self.until))).await?.success()).await?;
        Ok(Wall { process, http, page: self.page, api: self.api, volume, _directory: directory })
    }
}
