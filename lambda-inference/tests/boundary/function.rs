//! A function with a model of its own, and events as AWS sends them.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use clap::Parser;
use lambda_inference::error::Failure;
use lambda_inference::{Arguments, Handler};
use lambda_runtime::{Context, LambdaEvent};
use serde_json::{Value, json};
use shapes::make::{Options, make};
use shapes::{Shape, draw, jpeg};
use tempfile::TempDir;

/// The models that the tests copy: `shapes`, and `formen` with other labels. They are trained once.
static MODELS: LazyLock<TempDir> = LazyLock::new(|| {
    let models = TempDir::new().unwrap();
    make(models.path(), "shapes", &Options::default()).unwrap();
    let other = models.path().join("formen");
    copy(&models.path().join("shapes"), &other);
    let manifest = fs_err::read_to_string(other.join("model.json")).unwrap();
    let mut manifest: Value = serde_json::from_str(&manifest).unwrap();
    manifest["labels"] = json!(["Kreis", "Quadrat", "Dreieck", "Stern", "Herz", "Kreuz"]);
    fs_err::write(other.join("model.json"), manifest.to_string()).unwrap();
    models
});

/// The function on a volume of its own.
pub(crate) struct Function {
    handler: Handler,
    directory: TempDir,
}

#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    arguments: Arguments,
}

impl Function {
    /// Returns a function with the model `shapes`.
    pub(crate) fn new() -> Self {
        Self::allowing("")
    }

    /// Returns a function that may fetch from these hosts.
    pub(crate) fn allowing(hosts: &str) -> Self {
        let function = Self::without_model(hosts);
        function.add_model("shapes");
        function.switch_to("shapes");
        function
    }

    /// Returns a function with an empty directory of models.
    pub(crate) fn without_model(hosts: &str) -> Self {
        let directory = TempDir::new().unwrap();
        fs_err::create_dir(directory.path().join("models")).unwrap();
        fs_err::create_dir(directory.path().join("uploads")).unwrap();
        let path = |name: &str| directory.path().join(name).to_str().unwrap().to_owned();
        let (models, uploads) = (path("models"), path("uploads"));
        let line = ["lambda-inference", "--models-dir", &models, "--uploads-dir", &uploads, "--fetch-allow", hosts];
        Self { handler: Handler::new(Cli::try_parse_from(line).unwrap().arguments), directory }
    }

    pub(crate) fn models(&self) -> PathBuf {
        self.directory.path().join("models")
    }

    /// Copies a model that was trained before.
    pub(crate) fn add_model(&self, name: &str) {
        copy(&MODELS.path().join(name), &self.models().join(name));
    }

    /// Changes the manifest of the model `shapes`.
    pub(crate) fn change_manifest(&self, change: impl FnOnce(&mut Value)) {
        let path = self.models().join("shapes/model.json");
        let mut manifest: Value = serde_json::from_slice(&fs_err::read(&path).unwrap()).unwrap();
        change(&mut manifest);
        fs_err::write(path, manifest.to_string()).unwrap();
    }

    /// Replaces `current` as the documentation says.
    pub(crate) fn switch_to(&self, name: &str) {
        let next = self.models().join(".next");
        fs_err::os::unix::fs::symlink(name, &next).unwrap();
        fs_err::rename(next, self.models().join("current")).unwrap();
    }

    pub(crate) fn upload(&self, name: &str, bytes: &[u8]) {
        fs_err::write(self.directory.path().join("uploads").join(name), bytes).unwrap();
    }

    pub(crate) fn uploads(&self) -> PathBuf {
        self.directory.path().join("uploads")
    }

    pub(crate) async fn invoke(&self, event: Value) -> Result<Value, Failure> {
        let mut context = Context::default();
        let deadline = SystemTime::now().duration_since(UNIX_EPOCH).unwrap() + Duration::from_secs(60);
        context.deadline = u64::try_from(deadline.as_millis()).unwrap();
        self.handler.handle(LambdaEvent::new(event, context)).await
    }

    /// Returns the reply to an event, which is no function error.
    pub(crate) async fn answer(&self, event: Value) -> Value {
        self.invoke(event).await.unwrap()
    }

    /// Returns the response to a request of the HTTP API, with the body as JSON.
    pub(crate) async fn http(&self, method: &str, query: &Value, body: Option<&[u8]>) -> Value {
        let mut response = self.answer(request(method, query, body)).await;
        let body = response["body"].as_str().unwrap();
        response["body"] = serde_json::from_str(body).unwrap();
        response
    }
}

/// Returns a request of an HTTP API, payload 2.0.
pub(crate) fn request(method: &str, query: &Value, body: Option<&[u8]>) -> Value {
    json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": "/default/inference",
        "rawQueryString": "",
        "headers": { "content-type": "image/jpeg" },
        "queryStringParameters": query,
        "requestContext": {
            "accountId": "123456789012", "apiId": "api", "domainName": "api", "domainPrefix": "api", "requestId": "id",
            "routeKey": "$default", "stage": "default", "time": "25/Nov/2026:14:34:12 +0000", "timeEpoch": 1_795_617_252_000_i64,
            "http": { "method": method, "path": "/", "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "test" }
        },
        "body": body.map(|body| STANDARD.encode(body)),
        "isBase64Encoded": body.is_some()
    })
}

/// Returns a JPEG file of a shape.
pub(crate) fn drawn(shape: Shape) -> Vec<u8> {
    jpeg::encode(&draw::poster(shape, 11, 640, 480)).unwrap()
}

fn copy(from: &Path, to: &Path) {
    fs_err::create_dir(to).unwrap();
    for file in fs_err::read_dir(from).unwrap() {
        let file = file.unwrap();
        fs_err::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}
