//! The services of AWS, as moto answers for them.

use std::net::SocketAddr;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use serde_json::Value;
use tests::{Process, Reply, Wall, WallBuilder, eventually, free_address, printed, tool};

pub(crate) const PARAMETER: &str = "/messagewall/config";
pub(crate) const BUCKET: &str = "messagewall-config";
pub(crate) const KEY: &str = "walls/wall.yaml";

/// Services without any content.
pub(crate) struct Aws {
    address: SocketAddr,
    _process: Process,
}

impl Aws {
    /// Starts the services.
    pub(crate) async fn start() -> Result<Self> {
        let address = free_address()?;
        let mut command = Command::new("moto_server");
        command.args(["--host", "127.0.0.1", "--port", &address.port().to_string()]);
        let process = Process::start(command).context("moto_server; `tests/all sources` installs it")?;
        let (http, url) = (support::client(), format!("http://{address}/moto-api/data.json"));
        eventually("moto", async || Reply::to(http.get(&url)).await?.success()).await?;
        Ok(Self { address, _process: process })
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Runs the AWS CLI on the services and returns its output.
    pub(crate) async fn cli(&self, arguments: &[&str]) -> Result<Value> {
        let mut command = tool("aws");
        command.args(["--endpoint-url", &self.url(), "--output", "json"]).args(arguments);
        let output = printed(command).await?;
        if output.trim_ascii().is_empty() { Ok(Value::Null) } else { Ok(serde_json::from_slice(&output)?) }
    }

    /// Stores a parameter, encrypted.
    pub(crate) async fn put_parameter(&self, value: &str) -> Result<()> {
        let name = ["ssm", "put-parameter", "--name", PARAMETER, "--type", "SecureString", "--overwrite"];
        self.cli(&[&name[..], &["--value", value]].concat()).await.map(drop)
    }

    /// Stores an object. The bucket is created by the first one.
    pub(crate) async fn put_object(&self, key: &str, content: &[u8], content_type: &str) -> Result<()> {
        if self.cli(&["s3api", "head-bucket", "--bucket", BUCKET]).await.is_err() {
            self.cli(&["s3api", "create-bucket", "--bucket", BUCKET]).await?;
        }
        let file = tempfile::NamedTempFile::new()?;
        fs_err::write(file.path(), content)?;
        let body = file.path().to_str().context("the path of the file")?;
        let object = ["s3api", "put-object", "--bucket", BUCKET, "--key", key, "--body", body];
        self.cli(&[&object[..], &["--content-type", content_type]].concat()).await.map(drop)
    }

    /// Starts a wall that follows the parameter and the object.
    pub(crate) async fn wall(&self) -> Result<Wall> {
        self.builder()?.start().await
    }

    /// Returns the settings of [`Aws::wall`].
    pub(crate) fn builder(&self) -> Result<WallBuilder> {
        let builder = Wall::builder()?
            .variable("AWS_ACCESS_KEY_ID", "none")
            .variable("AWS_SECRET_ACCESS_KEY", "none")
            .variable("AWS_ENDPOINT_URL_SSM", self.url())
            .variable("AWS_ENDPOINT_URL_S3", self.url())
            .variable("CONFIG_PARAMETER", PARAMETER);
        Ok(builder.variable("CONFIG_OBJECT", format!("s3://{BUCKET}/{KEY}")))
    }
}

/// Returns an event of EventBridge about the parameter.
pub(crate) fn parameter_event(id: &str, operation: &str) -> Value {
    let detail = serde_json::json!({"operation": operation, "name": PARAMETER, "type": "SecureString"});
    support::eventbridge_from(id, "aws.ssm", "Parameter Store Change", &detail)
}

/// Returns an event of EventBridge about the object.
pub(crate) fn object_event(id: &str, sequencer: &str) -> Value {
    object_event_of(KEY, id, sequencer)
}

/// Returns an event of EventBridge about the object with this key.
pub(crate) fn object_event_of(key: &str, id: &str, sequencer: &str) -> Value {
    let object = serde_json::json!({"key": key, "size": 1, "etag": "e", "sequencer": sequencer});
    let detail = serde_json::json!({"version": "0", "bucket": {"name": BUCKET}, "object": object});
    support::eventbridge_from(id, "aws.s3", "Object Created", &detail)
}

/// Returns the event of a schedule.
pub(crate) fn schedule(id: &str) -> Value {
    support::eventbridge_from(id, "aws.scheduler", "Scheduled Event", &Value::from("{}"))
}

/// Checks that an event published this generation.
pub(crate) fn ensure_published(answer: &Value, generation: u64) -> Result<()> {
    ensure!(answer["generation"] == generation && answer["unchanged"].is_null(), "{answer}");
    Ok(())
}
