//! Everything that `messagewall up` starts, on a volume and on ports of a test's own.

use std::net::SocketAddr;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::binary::binary;
use crate::eventbridge::eventbridge;
use crate::patience::eventually;
use crate::port::free_address;
use crate::process::Process;
use crate::reader::{Reader, get_json};
use crate::reply::Reply;
use crate::stream::Stream;

/// A running `messagewall up`.
#[derive(Debug)]
pub struct Wall {
    /// The process, for tests of its life. The writers and the reader are its children.
    pub process: Process,
    /// For requests of a test's own.
    pub http: Client,
    page: SocketAddr,
    api: SocketAddr,
    volume: PathBuf,
    /// Declared behind the process, which goes before the directory that it uses.
    _directory: Option<TempDir>,
}

/// A `messagewall up` before its start.
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
    until: &'static str,
}

impl Wall {
    /// Starts everything on an empty volume, with two execution environments.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn start() -> Result<Self> {
        Self::builder()?.start().await
    }

    /// What [`Wall::start`] starts, to be changed before.
    ///
    /// # Errors
    /// When there are no free ports.
    pub fn builder() -> Result<WallBuilder> {
        let [page, api, runtime_api] = [free_address()?, free_address()?, free_address()?];
        let (user, variables, until) = (None, Vec::new(), "/ready");
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

    /// The volume's directory.
    #[must_use]
    pub fn volume(&self) -> &Path {
        &self.volume
    }

    /// A URL of the page's server.
    #[must_use]
    pub fn page(&self, path: &str) -> String {
        format!("http://{}{path}", self.page)
    }

    /// A URL of the API's server.
    #[must_use]
    pub fn api(&self, path: &str) -> String {
        format!("http://{}{path}", self.api)
    }

    /// The function's URL, as the blog's curl commands have it.
    #[must_use]
    pub fn function(&self) -> String {
        self.api("/default/MessageWall")
    }

    /// A request to the function, by the HTTP API, as text.
    pub fn request(&self, method: Method) -> RequestBuilder {
        self.http.request(method, self.function()).header("content-type", "text/plain")
    }

    /// Posts `text` as the blog does.
    ///
    /// # Errors
    /// When no answer came. An answer that refuses is an answer.
    pub async fn post(&self, text: impl Into<reqwest::Body>) -> Result<Reply> {
        Reply::to(self.request(Method::POST).body(text)).await
    }

    /// Gets the wall as the blog does.
    ///
    /// # Errors
    /// When no good answer came.
    pub async fn get(&self) -> Result<String> {
        Ok(Reply::to(self.request(Method::GET)).await?.success()?.text()?.to_owned())
    }

    /// Deletes the messages as the blog does.
    ///
    /// # Errors
    /// When no good answer came.
    pub async fn delete(&self) -> Result<String> {
        Ok(Reply::to(self.request(Method::DELETE)).await?.success()?.text()?.to_owned())
    }

    /// Invokes the function by the Lambda Invoke API, and waits for its result.
    ///
    /// # Errors
    /// When no answer came, or the function failed.
    pub async fn invoke(&self, event: &Value) -> Result<Value> {
        let reply = self.invocation(event.to_string()).await?.success()?;
        let failed = reply.header("x-amz-function-error");
        ensure!(failed.is_empty(), "{failed}: {}", reply.text()?);
        reply.json()
    }

    /// Invokes the function by the Lambda Invoke API with these bytes.
    ///
    /// # Errors
    /// When no answer came.
    pub async fn invocation(&self, payload: impl Into<reqwest::Body>) -> Result<Reply> {
        let url = self.api("/2015-03-31/functions/MessageWall/invocations");
        Reply::to(self.http.post(url).body(payload)).await
    }

    /// Changes the configuration by an EventBridge event.
    ///
    /// # Errors
    /// When the function did not accept it.
    pub async fn change_config(&self, patch: &Value) -> Result<Value> {
        let answer = self.invoke(&eventbridge("Config Change Requested", &json!({ "patch": patch }))).await?;
        ensure!(answer.get("error").is_none(), "refused: {answer}");
        Ok(answer)
    }

    /// Adds messages one by one, by the function.
    ///
    /// # Errors
    /// When one is not accepted.
    pub async fn post_all(&self, texts: &[&str]) -> Result<()> {
        for text in texts {
            self.post((*text).to_owned()).await?.success()?;
        }
        Ok(())
    }

    /// `GET` of a path of the reader, as JSON.
    ///
    /// # Errors
    /// When no good answer came.
    pub async fn json(&self, path: &str) -> Result<Value> {
        get_json(&self.http, &self.page(path)).await
    }

    /// Follows the reader's event stream from now on.
    ///
    /// # Errors
    /// When it does not open.
    pub async fn events(&self) -> Result<Stream> {
        Stream::follow(&self.page("/events")).await
    }

    /// Starts a second reader on the same volume.
    ///
    /// # Errors
    /// When it does not come up.
    pub async fn second_reader(&self) -> Result<Reader> {
        Reader::start(&self.volume).await
    }

    /// The process ids of the execution environments that are attached now.
    ///
    /// # Errors
    /// When the service does not tell.
    pub async fn environments(&self) -> Result<Vec<i32>> {
        let status = get_json(&self.http, &self.api("/status")).await?;
        let environments = status["environments"].as_array().context("no environments in /status")?;
        Ok(environments.iter().filter_map(|environment| environment["pid"].as_i64()?.try_into().ok()).collect())
    }
}

impl WallBuilder {
    /// With so many execution environments.
    #[must_use]
    pub fn environments(self, environments: usize) -> Self {
        Self { environments, ..self }
    }

    /// With so much time for each invocation.
    #[must_use]
    pub fn timeout_seconds(self, timeout_seconds: u64) -> Self {
        Self { timeout_seconds, ..self }
    }

    /// On this directory, which the caller keeps.
    #[must_use]
    pub fn volume(self, volume: &Path) -> Self {
        Self { volume: Some(volume.to_owned()), ..self }
    }

    /// With the page's server on this address.
    #[must_use]
    pub fn page(self, page: SocketAddr) -> Self {
        Self { page, ..self }
    }

    /// With the API's server on this address.
    #[must_use]
    pub fn api(self, api: SocketAddr) -> Self {
        Self { api, ..self }
    }

    /// With the Runtime API on this address.
    #[must_use]
    pub fn runtime_api(self, runtime_api: SocketAddr) -> Self {
        Self { runtime_api, ..self }
    }

    /// With an administrator, who sends this token.
    #[must_use]
    pub fn admin_token(self, token: &'static str) -> Self {
        Self { admin_token: Some(token), ..self }
    }

    /// As this user and group; only root may.
    #[must_use]
    pub fn user(self, id: u32) -> Self {
        Self { user: Some(id), ..self }
    }

    /// With an environment variable.
    #[must_use]
    pub fn variable(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.variables.push((name, value.into()));
        self
    }

    /// Not waited for until the reader has read the volume, only until it lives.
    #[must_use]
    pub fn until_live(self) -> Self {
        Self { until: "/live", ..self }
    }

    /// The command that starts it, on `volume`.
    ///
    /// # Errors
    /// When `messagewall` cannot be built.
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

    /// Starts it and waits until the page and the function answer.
    ///
    /// # Errors
    /// When they do not.
    pub async fn start(self) -> Result<Wall> {
        let directory = if self.volume.is_some() { None } else { Some(TempDir::with_prefix("messagewall-")?) };
        let volume = match (&self.volume, &directory) {
            (Some(volume), _) => volume.clone(),
            (None, Some(directory)) => directory.path().join("volume"),
            (None, None) => anyhow::bail!("no volume"),
        };
        let mut process = Process::start(self.command(&volume)?)?;
        let http = Client::new();
        let (page, api) = (format!("http://{}", self.page), format!("http://{}", self.api));
        process.until_printed("the page's address", |output| output.contains(&page).then_some(())).await?;
        process.until_printed("the API's address", |output| output.contains(&api).then_some(())).await?;
        eventually("the page", async || Reply::to(http.get(format!("{page}{}", self.until))).await?.success()).await?;
        Ok(Wall { process, http, page: self.page, api: self.api, volume, _directory: directory })
    }
}
