//! Documents before they are parsed, and the errors of reading them.

use std::error::Error;
use std::fmt::Debug;

use aws_sdk_ssm::error::{ProvideErrorMetadata, SdkError};
use shared_volume::config::SourceState;

use super::name::DocumentName;
use crate::error::{Failure, Problem};

/// The largest document, in bytes. It is the limit of `config.json`.
pub(crate) const MAX_DOCUMENT_BYTES: usize = 256 * 1024;

/// The longest reason in an error, in characters.
const MAX_REASON_CHARS: usize = 500;

/// The content of a document before it is parsed.
#[derive(Debug)]
pub(crate) struct Raw {
    pub(crate) bytes: Vec<u8>,
    pub(super) content_type: Option<String>,
    pub(crate) version: SourceState,
    /// The version in the words of the source, such as `7`.
    pub(crate) label: Option<String>,
}

/// Checks the length of a document.
pub(super) fn check_length(bytes: usize, name: &DocumentName) -> Result<(), Failure> {
    if bytes <= MAX_DOCUMENT_BYTES {
        return Ok(());
    }
    Err(Failure::event(Problem::SourceTooLarge, format!("{name}: is longer than {MAX_DOCUMENT_BYTES} bytes")))
}

/// Converts an error of the SDK. `missing` are the codes of an answer that there is no such document.
pub(super) fn failed<E, R>(name: &DocumentName, error: &SdkError<E, R>, missing: &[&str]) -> Failure
where
    E: ProvideErrorMetadata + Error + 'static,
    R: Debug + 'static,
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
pub(super) fn chain(error: &(dyn Error + 'static)) -> String {
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
