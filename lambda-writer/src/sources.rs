//! The followed documents: configurations that are kept in Parameter Store, S3 or AppConfig.
//!
//! A source tells by an event that a document has changed. The event has no value, so the document is read from its source.

mod format;
mod name;
mod object;
mod parameter;
mod profile;

use std::error::Error;
use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_sdk_ssm::error::{ProvideErrorMetadata, SdkError};
use serde_json::Value;
use shared_volume::config::SourceState;
use tokio::sync::OnceCell;
use tokio::time::timeout;

pub(crate) use self::name::DocumentName;
pub use self::name::{Followed, InvalidName, ObjectName, ParameterName, ProfileName};
use crate::error::{Failure, Problem};

/// The largest document, in bytes. It is the limit of `config.json`.
pub(crate) const MAX_DOCUMENT_BYTES: usize = 256 * 1024;

/// The timeout of connecting to a source.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// The timeout of reading a document, retries and parsing included.
const READ_TIMEOUT: Duration = Duration::from_secs(4);

/// The longest reason in an error, in characters.
const MAX_REASON_CHARS: usize = 500;

/// The number of attempts to read a document.
const ATTEMPTS: u32 = 3;

/// The followed documents and the client of AWS.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    followed: Vec<DocumentName>,
    /// Created by the first read, because finding region and credentials takes time.
    sdk: OnceCell<SdkConfig>,
}

/// A document as its source has it.
#[derive(Debug)]
pub(crate) struct Document {
    pub(crate) content: Value,
    pub(crate) version: SourceState,
    /// The version in the words of the source, such as `7`.
    pub(crate) label: Option<String>,
}

/// The content of a document before it is parsed.
struct Raw {
    bytes: Vec<u8>,
    content_type: Option<String>,
    version: SourceState,
    label: Option<String>,
}

impl Sources {
    pub(crate) fn new(followed: Followed) -> Self {
        Self { followed: followed.names(), sdk: OnceCell::new() }
    }

    /// Returns the names of the followed documents.
    pub(crate) fn followed(&self) -> &[DocumentName] {
        &self.followed
    }

    /// Reads a document from its source.
    ///
    /// # Errors
    /// Returns a transient failure if the source does not answer within [`READ_TIMEOUT`] or refuses the request, and a
    /// refusal if the document is missing, too large or cannot be parsed.
    pub(crate) async fn read(&self, name: &DocumentName) -> Result<Document, Failure> {
        // The futures of the SDK are large and deeply nested.
        let raw = Box::pin(self.read_raw(name));
        let Raw { bytes, content_type, version, label } = match timeout(READ_TIMEOUT, raw).await {
            Ok(raw) => raw?,
            Err(_) => {
                let message = format!("{name}: no answer within {} ms", READ_TIMEOUT.as_millis());
                return Err(Failure::event(Problem::SourceUnavailable, message));
            }
        };
        if bytes.len() > MAX_DOCUMENT_BYTES {
            return Err(too_large(name));
        }
        let content = format::parse(&bytes, content_type.as_deref(), name.file_name()).map_err(|fault| {
            let version = label.as_ref().map_or(String::new(), |label| format!(" version {label}"));
            Failure::event(Problem::SourceInvalid, format!("{name}{version}: {fault}"))
        })?;
        Ok(Document { content, version, label })
    }

    async fn read_raw(&self, name: &DocumentName) -> Result<Raw, Failure> {
        let sdk = self.sdk.get_or_init(connect).await;
        match name {
            DocumentName::Parameter(parameter) => parameter::read(sdk, parameter, name).await,
            DocumentName::Object(object) => object::read(sdk, object, name).await,
            DocumentName::Profile(profile) => profile::read(sdk, profile, name).await,
        }
    }
}

async fn connect() -> SdkConfig {
    let timeouts = TimeoutConfig::builder().connect_timeout(CONNECT_TIMEOUT).build();
    let retries = RetryConfig::standard().with_max_attempts(ATTEMPTS);
    aws_config::defaults(BehaviorVersion::latest()).timeout_config(timeouts).retry_config(retries).load().await
}

fn too_large(name: &DocumentName) -> Failure {
    Failure::event(Problem::SourceTooLarge, format!("{name}: is longer than {MAX_DOCUMENT_BYTES} bytes"))
}

/// Converts an error of the SDK. `missing` are the codes of an answer that there is no such document.
fn failed<E, R>(name: &DocumentName, error: &SdkError<E, R>, missing: &[&str]) -> Failure
where
    E: ProvideErrorMetadata + Error + 'static,
    R: std::fmt::Debug + 'static,
{
    let code = error.as_service_error().and_then(ProvideErrorMetadata::code);
    if let Some(code) = code.filter(|code| missing.contains(code)) {
        return Failure::event(Problem::SourceMissing, format!("{name}: is missing ({code})"));
    }
    let reason = match (code, error.as_service_error().and_then(ProvideErrorMetadata::message)) {
        (Some(code), Some(message)) => format!("{code}: {message}"),
        (Some(code), None) => code.to_owned(),
        (None, _) => chain(error),
    };
    Failure::event(Problem::SourceUnavailable, format!("{name}: could not be read: {reason}"))
}

/// Returns an error and its causes, at most [`MAX_REASON_CHARS`] of them.
fn chain(error: &(dyn Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |&error| error.source()).map(ToString::to_string);
    let mut reason = String::new();
    for cause in causes.filter(|cause| !cause.is_empty()) {
        // Some errors repeat the text of their cause.
        if !reason.contains(&cause) {
            let colon = if reason.is_empty() { "" } else { ": " };
            reason.extend([colon, &cause]);
        }
    }
    reason.chars().take(MAX_REASON_CHARS).collect()
}
