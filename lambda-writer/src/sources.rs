//! The followed documents: configurations and files that are kept in Parameter Store, S3 or AppConfig.
//!
//! A source tells by an event that a document has changed. The event has no value, so the document is read from its source.

mod followed;
mod format;
mod name;
mod object;
mod parameter;
mod profile;
mod raw;

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use serde_json::Value;
use shared_volume::config::SourceState;
use tokio::sync::OnceCell;
use tokio::time::timeout;

pub use self::followed::{Followed, FollowedFiles};
pub(crate) use self::followed::{FollowedDocument, Target};
pub use self::format::parse;
pub(crate) use self::name::DocumentName;
pub use self::name::{InvalidName, ObjectName, ParameterName, ProfileName};
#[cfg(test)]
pub(crate) use self::raw::MAX_DOCUMENT_BYTES;
pub(crate) use self::raw::Raw;
use crate::error::{Failure, Problem};

/// The timeout of connecting to a source.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// The timeout of reading a document, retries and parsing included.
const READ_TIMEOUT: Duration = Duration::from_secs(4);

/// The number of attempts to read a document.
const ATTEMPTS: u32 = 3;

/// The followed documents and the client of AWS.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    followed: Vec<FollowedDocument>,
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

impl Sources {
    pub(crate) fn new(followed: Followed) -> Self {
        Self { followed: followed.documents(), sdk: OnceCell::new() }
    }

    /// Returns the followed documents.
    pub(crate) fn followed(&self) -> &[FollowedDocument] {
        &self.followed
    }

    /// Reads a document from its source and parses it.
    ///
    /// # Errors
    /// Returns the failures of [`Sources::read_bytes`], and a refusal if the document cannot be parsed.
    pub(crate) async fn read(&self, name: &DocumentName) -> Result<Document, Failure> {
        let Raw { bytes, content_type, version, label } = self.read_bytes(name).await?;
        let content = format::parse(&bytes, content_type.as_deref(), name.file_name()).map_err(|fault| {
            let version = label.as_ref().map_or(String::new(), |label| format!(" version {label}"));
            Failure::event(Problem::SourceInvalid, format!("{name}{version}: {fault}"))
        })?;
        Ok(Document { content, version, label })
    }

    /// Reads the bytes of a document from its source.
    ///
    /// # Errors
    /// Returns a transient failure if the source does not answer within [`READ_TIMEOUT`] or refuses the request, and a
    /// refusal if the document is missing or too large.
    pub(crate) async fn read_bytes(&self, name: &DocumentName) -> Result<Raw, Failure> {
        // The futures of the SDK are large and deeply nested.
        let raw = Box::pin(self.read_raw(name));
        let raw = match timeout(READ_TIMEOUT, raw).await {
            Ok(raw) => raw?,
            Err(_) => {
                let message = format!("{name}: no answer within {} ms", READ_TIMEOUT.as_millis());
                return Err(Failure::event(Problem::SourceUnavailable, message));
            }
        };
        raw::check_length(raw.bytes.len(), name)?;
        Ok(raw)
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
