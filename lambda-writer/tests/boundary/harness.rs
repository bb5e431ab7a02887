//! A function on a volume of its own, and events as AWS sends them.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lambda_runtime::{Context, Diagnostic, LambdaEvent};
use lambda_writer::Handler;
use lambda_writer::sources::Followed;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use shared_volume::Volume;
use tempfile::TempDir;

/// The function on a volume of its own.
pub(crate) struct Function {
    handler: Handler,
    directory: TempDir,
    invocations: AtomicU64,
    time_left: Duration,
}

impl Function {
    /// Returns a function on an empty volume, with 10 s for each event.
    pub(crate) fn new() -> Self {
        let directory = TempDir::new().unwrap();
        Self::on(directory.path().to_path_buf(), directory)
    }

    /// Returns a function on an empty volume that waits for no disk.
    pub(crate) fn in_memory() -> Self {
        let directory = TempDir::new_in(support::fuzz::memory()).unwrap();
        Self::on(directory.path().to_path_buf(), directory)
    }

    /// Returns a function whose volume is at `path`, which need not exist.
    pub(crate) fn at(path: impl FnOnce(&Path) -> PathBuf) -> Self {
        let directory = TempDir::new().unwrap();
        Self::on(path(directory.path()), directory)
    }

    fn on(path: PathBuf, directory: TempDir) -> Self {
        let (handler, time_left) =
            (Handler::new(&Volume::new(path), shared_volume::DEFAULT_RETRY_WINDOW), Duration::from_secs(10));
        Self { handler, directory, invocations: AtomicU64::new(0), time_left }
    }

    /// Sets the time left of every invocation.
    pub(crate) fn with_time_left(self, time_left: Duration) -> Self {
        Self { time_left, ..self }
    }

    /// Makes the function follow a parameter and an object.
    pub(crate) fn following(self, parameter: &str, object: &str) -> Self {
        let (parameter, object) = (parameter.parse().ok(), object.parse().ok());
        let followed = Followed { parameter, object, ..Followed::default() };
        Self { handler: self.handler.following(followed), ..self }
    }

    /// Returns true if the process would end after the last answer.
    pub(crate) fn is_stuck(&self) -> bool {
        self.handler.is_stuck()
    }

    /// Returns the files of refused events, oldest first.
    pub(crate) fn rejected(&self) -> Vec<Value> {
        let Ok(files) = fs_err::read_dir(self.path("rejected")) else { return Vec::new() };
        let mut paths: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
        paths.sort();
        paths.into_iter().map(|path| serde_json::from_slice(&fs_err::read(path).unwrap()).unwrap()).collect()
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Returns the log on the volume.
    pub(crate) fn content(&self) -> String {
        fs_err::read_to_string(self.path("content")).unwrap_or_default()
    }

    pub(crate) async fn invoke(&self, event: Value) -> Result<Value, Diagnostic> {
        self.invoke_raw(&event.to_string()).await
    }

    /// Sends an event that a [`Value`] may not be able to hold.
    pub(crate) async fn invoke_raw(&self, event: &str) -> Result<Value, Diagnostic> {
        self.attempt(event, self.invocations.fetch_add(1, Ordering::Relaxed)).await
    }

    /// Sends an event again with the request id of the last one, as Lambda repeats it.
    pub(crate) async fn invoke_again(&self, event: &str) -> Result<Value, Diagnostic> {
        self.attempt(event, self.invocations.load(Ordering::Relaxed) - 1).await
    }

    async fn attempt(&self, event: &str, number: u64) -> Result<Value, Diagnostic> {
        let event = RawValue::from_string(event.to_owned()).unwrap();
        let mut context = Context::default();
        context.request_id = format!("request-{number}");
        let deadline = SystemTime::now().duration_since(UNIX_EPOCH).unwrap() + self.time_left;
        context.deadline = u64::try_from(deadline.as_millis()).unwrap();
        let reply = self.handler.handle(LambdaEvent::new(event, context)).await?;
        Ok(serde_json::to_value(reply).unwrap())
    }

    /// Returns the reply to an event that does not end in a function error.
    pub(crate) async fn answer(&self, event: Value) -> Value {
        self.invoke(event).await.unwrap()
    }

    pub(crate) async fn http(&self, request: Request) -> Response {
        // The HTTP API gives every request an id of its own.
        let number = self.invocations.load(Ordering::Relaxed);
        let Request(mut event) = request;
        event["requestContext"]["requestId"] = json!(format!("http-{number}"));
        Response(self.answer(event).await)
    }

    /// Returns the body of a GET.
    pub(crate) async fn wall(&self) -> String {
        self.http(Request::new("GET")).await.body()
    }

    pub(crate) async fn post(&self, text: &str) -> Response {
        self.http(Request::new("POST").text(text)).await
    }

    /// Publishes a merge patch of the configuration in force.
    pub(crate) async fn configure(&self, patch: Value) {
        let answer = self.answer(json!({"command": "change_config", "patch": patch})).await;
        assert!(answer["generation"].is_u64(), "{answer}");
    }
}

/// A request in payload format 2.0 of the HTTP API.
pub(crate) struct Request(pub(crate) Value);

impl Request {
    pub(crate) fn new(method: &str) -> Self {
        Self(support::http_event(method))
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        self.0["headers"][name] = json!(value);
        self
    }

    pub(crate) fn body(mut self, body: &str) -> Self {
        self.0["body"] = json!(body);
        self
    }

    pub(crate) fn text(self, text: &str) -> Self {
        self.header("content-type", "text/plain").body(text)
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        self.header("content-type", "application/json").body(&body.to_string())
    }

    pub(crate) fn base64(mut self, body: &str) -> Self {
        self.0["isBase64Encoded"] = json!(true);
        self.header("content-type", "text/plain").body(body)
    }

    /// Sets a body with the content type of a form, as API Gateway encodes it.
    pub(crate) fn form(mut self, body: &[u8]) -> Self {
        self.0["isBase64Encoded"] = json!(true);
        self.header("content-type", "application/x-www-form-urlencoded").body(&STANDARD.encode(body))
    }

    pub(crate) fn limit(mut self, limit: &str) -> Self {
        self.0["rawQueryString"] = json!(format!("limit={limit}"));
        self.0["queryStringParameters"] = json!({"limit": limit});
        self
    }

    /// Moves the request to a route with one parameter.
    pub(crate) fn on_route(mut self, route: &str, parameter: &str, value: &str) -> Self {
        let path = route.replace(&format!("{{{parameter}}}"), value);
        self.0["routeKey"] = json!(format!("ANY {route}"));
        self.0["rawPath"] = json!(format!("/default{path}"));
        self.0["pathParameters"] = json!({parameter: value});
        self
    }

    pub(crate) fn accepting_json(self) -> Self {
        self.header("accept", "application/json")
    }
}

/// A response of the HTTP API.
#[derive(Debug)]
pub(crate) struct Response(pub(crate) Value);

impl Response {
    pub(crate) fn status(&self) -> u64 {
        self.0["statusCode"].as_u64().unwrap()
    }

    pub(crate) fn body(&self) -> String {
        self.0["body"].as_str().unwrap().to_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body()).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.0["headers"][name].as_str()
    }
}
