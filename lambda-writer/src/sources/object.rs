//! Documents in S3.

use aws_config::SdkConfig;
use aws_sdk_s3::Client;
use aws_sdk_s3::primitives::ByteStream;
use shared_volume::config::SourceState;

use super::name::{DocumentName, ObjectName};
use super::{MAX_DOCUMENT_BYTES, Raw, chain, failed, too_large};
use crate::error::{Failure, Problem};

/// Reads the newest version of an object. Its order among the events is added by the caller, who knows the event.
pub(super) async fn read(sdk: &SdkConfig, object: &ObjectName, name: &DocumentName) -> Result<Raw, Failure> {
    let request = Client::new(sdk).get_object().bucket(&object.bucket).key(&object.key);
    let missing = ["NoSuchKey", "NoSuchBucket", "NotFound"];
    let output = request.send().await.map_err(|error| failed(name, &error, &missing))?;
    let label = output.version_id().filter(|id| *id != "null").or(output.e_tag()).map(|label| label.replace('"', ""));
    let modified = output.last_modified().and_then(|date| date.to_millis().ok());
    let version = SourceState {
        modified: modified.and_then(|millis| jiff::Timestamp::from_millisecond(millis).ok()),
        ..SourceState::default()
    };
    let content_type = output.content_type().map(str::to_owned);
    Ok(Raw { bytes: bytes(output.body, name).await?, content_type, version, label })
}

async fn bytes(mut body: ByteStream, name: &DocumentName) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    while let Some(chunk) = body.next().await {
        let chunk = chunk.map_err(|error| {
            let message = format!("{name}: could not be read: {}", chain(&error));
            Failure::event(Problem::SourceUnavailable, message)
        })?;
        if bytes.len() + chunk.len() > MAX_DOCUMENT_BYTES {
            return Err(too_large(name));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}
