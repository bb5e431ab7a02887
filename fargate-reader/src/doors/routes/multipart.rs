//! The body of a form with a picture: `multipart/form-data`, as RFC 7578 describes it.

use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes};
use axum::http::{HeaderMap, StatusCode, header};
use futures_util::{Stream, StreamExt, stream};
use multer::{Constraints, Field, Multipart, SizeLimit};
use tokio::time::{Instant, timeout};
use wall_api::{MAX_BODY_BYTES, Outcome};

use super::body;
use super::posting::Draft;
use crate::doors::error::ApiError;
use crate::pictures::{MAX_UPLOAD_BYTES, Pictures, Slot};

/// The longest time that a body takes.
pub(crate) const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// The longest pause within a body. Otherwise a few clients that send nothing would occupy all places.
const MAX_PAUSE: Duration = Duration::from_secs(10);

/// The number of bytes beyond the limit that are read and discarded. A client that is still sending would otherwise not read
/// the reason of the refusal.
const MAX_DISCARDED_BYTES: usize = 64 * 1024 * 1024;

/// The name of the field with the file.
pub(super) const PICTURE: &str = "picture";

/// The reason why the body was not read to its end.
#[derive(Debug, thiserror::Error)]
enum Broken {
    #[error("it came too slowly")]
    TooSlow,
    #[error("{0}")]
    Off(axum::Error),
}

/// A body that is being read.
pub(super) struct Form {
    chunks: BodyDataStream,
    deadline: Instant,
}

impl Form {
    /// Begins to read a body. Its time begins to run.
    pub(super) fn new(body: Body) -> Self {
        Self { chunks: body.into_data_stream(), deadline: Instant::now() + BODY_TIMEOUT }
    }

    /// Reads the fields of the message into `draft`, and returns the file with its place among the uploads. `None` if no file was
    /// chosen, or if there are no `pictures` to take it. The place is taken when the file begins, so that a message without
    /// one waits for nobody.
    ///
    /// # Errors
    /// Returns `content_type_unsupported`, `body_malformed`, `body_not_utf8`, `body_too_large`, `picture_too_large` or
    /// `upload_too_slow`, and `uploads_busy`. The fields before the fault are in `draft`.
    pub(super) async fn read(
        &mut self,
        headers: &HeaderMap,
        draft: &mut Draft,
        pictures: Option<&Pictures>,
    ) -> Result<Option<(Slot, Vec<u8>)>, ApiError> {
        let sent = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let boundary = multer::parse_boundary(sent).map_err(|_| {
            let fault = format!("must be multipart/form-data with a boundary, is {sent:?}");
            let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
            ApiError::in_field(status, "content_type_unsupported", "Content-Type", &fault)
        })?;
        let (picture, text) = (MAX_UPLOAD_BYTES as u64, MAX_BODY_BYTES as u64);
        let limits = SizeLimit::new().whole_stream(picture + text).per_field(text).for_field(PICTURE, picture);
        let constraints = Constraints::new().size_limit(limits);
        let mut form = Multipart::with_constraints(self.timed(), boundary, constraints);
        let mut file = None;
        while let Some(field) = form.next_field().await.map_err(|error| refusal(&error))? {
            match field.name() {
                Some(PICTURE) => read_file(field, pictures, &mut file).await?,
                _ => read_field(field, draft).await?,
            }
        }
        Ok(file)
    }

    /// Reads and discards what is left of a body that was refused.
    pub(super) async fn discard(mut self) {
        let mut chunks = std::pin::pin!(self.timed());
        let mut discarded = 0;
        while let Some(Ok(chunk)) = chunks.next().await {
            discarded += chunk.len();
            if discarded > MAX_DISCARDED_BYTES {
                return;
            }
        }
    }

    /// Returns the chunks, up to the deadline.
    fn timed(&mut self) -> impl Stream<Item = Result<Bytes, Broken>> + Send + '_ {
        let deadline = self.deadline;
        stream::unfold(Some(&mut self.chunks), move |chunks| async move {
            let chunks = chunks?;
            let patience = deadline.saturating_duration_since(Instant::now()).min(MAX_PAUSE);
            match timeout(patience, chunks.next()).await {
                Ok(Some(Ok(chunk))) => Some((Ok(chunk), Some(chunks))),
                Ok(Some(Err(error))) => Some((Err(Broken::Off(error)), None)),
                Ok(None) => None,
                Err(_) => Some((Err(Broken::TooSlow), None)),
            }
        })
    }
}

/// Reads the file.
async fn read_file(
    mut field: Field<'_>,
    pictures: Option<&Pictures>,
    file: &mut Option<(Slot, Vec<u8>)>,
) -> Result<(), ApiError> {
    let mut begun: Option<(Slot, Vec<u8>)> = None;
    while let Some(chunk) = field.chunk().await.map_err(|error| refusal(&error))? {
        match (&mut begun, pictures) {
            // A form sends an empty file if none was chosen.
            _ if chunk.is_empty() => {}
            (Some((_, bytes)), _) => bytes.extend_from_slice(&chunk),
            (None, Some(_)) if file.is_some() => return Err(repeated(PICTURE)),
            (None, Some(pictures)) => begun = Some((pictures.slot().await?, chunk.to_vec())),
            // Nobody wants it.
            (None, None) => {}
        }
    }
    *file = begun.or(file.take());
    Ok(())
}

async fn read_field(field: Field<'_>, draft: &mut Draft) -> Result<(), ApiError> {
    let name = match field.name() {
        Some("text") => "text",
        Some("author") => "author",
        Some("event") => "event",
        // Clients may add fields of their own.
        _ => return read_bytes(field).await.map(drop),
    };
    let bytes = read_bytes(field).await?;
    let is_repeated = match name {
        "text" => std::mem::replace(&mut draft.text, decoded(name, bytes)?.replace("\r\n", "\n")) != String::new(),
        "author" => draft.author.replace(decoded(name, bytes)?.trim().to_owned()).is_some(),
        _ => draft.event.replace(decoded(name, bytes)?).is_some(),
    };
    draft.author.take_if(|author| author.is_empty());
    draft.event.take_if(|event| event.is_empty());
    if is_repeated { Err(repeated(name)) } else { Ok(()) }
}

fn repeated(name: &'static str) -> ApiError {
    body::malformed(format!("the form in the body: {name}: was sent more than once")).about(name)
}

async fn read_bytes(mut field: Field<'_>) -> Result<Vec<u8>, ApiError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = field.chunk().await.map_err(|error| refusal(&error))? {
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

fn decoded(name: &'static str, bytes: Vec<u8>) -> Result<String, ApiError> {
    let not_utf8 = |error: std::string::FromUtf8Error| {
        body::not_utf8(format!("the form in the body: {name}: is not UTF-8: {}", error.utf8_error())).about(name)
    };
    String::from_utf8(bytes).map_err(not_utf8)
}

/// Converts an error of the parser.
fn refusal(error: &multer::Error) -> ApiError {
    match error {
        multer::Error::FieldSizeExceeded { field_name, .. } if field_name.as_deref() != Some(PICTURE) => {
            let message = format!("a field of the form is larger than {MAX_BODY_BYTES} bytes");
            ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "body_too_large", message)
        }
        multer::Error::FieldSizeExceeded { .. } | multer::Error::StreamSizeExceeded { .. } => {
            let fault = format!("is larger than {} MB", MAX_UPLOAD_BYTES / 1_000_000);
            ApiError::in_field(StatusCode::PAYLOAD_TOO_LARGE, "picture_too_large", PICTURE, &fault)
        }
        multer::Error::StreamReadFailed(broken) if matches!(broken.downcast_ref(), Some(Broken::TooSlow)) => {
            let message = format!(
                "the upload took longer than {} s, or stopped for {} s",
                BODY_TIMEOUT.as_secs(),
                MAX_PAUSE.as_secs()
            );
            ApiError::new(StatusCode::REQUEST_TIMEOUT, "upload_too_slow", message).with(Outcome::Retry)
        }
        error => body::malformed(format!("the form in the body: {error}")),
    }
}
