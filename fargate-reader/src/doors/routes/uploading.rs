//! `POST /api/pictures`: posts a message with a picture, for a program, the page's script, or a form without a script.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use wall_api::{ClassifyPicture, Outcome, Posted};

use super::key::Key;
use super::multipart::{Form, PICTURE};
use super::posting::{Draft, answer, refused, send};
use crate::doors::app::{App, Shared};
use crate::doors::error::ApiError;
use crate::doors::policy::accepts;
use crate::doors::visitor::Poster;
use crate::pictures::{PictureError, Pictures, Slot};

/// `POST /api/pictures`: 201 for a new message, 200 for one that was posted before with the same key.
pub(in crate::doors) async fn post(
    State(app): State<Shared>,
    poster: Result<Poster, ApiError>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let is_form = accepts(&headers, "text/html");
    let (mut form, mut draft) = (Form::new(body), Draft::default());
    let upload = read(&app, poster, &headers, &mut form, &mut draft).await;
    let (slot, picture) = match upload {
        Ok(Some(upload)) => upload,
        // A form without a script sends messages without a picture here, too.
        Ok(None) if is_form => {
            let sent = send(&app, &headers, &draft, None).await;
            return answer(&app, draft, sent, is_form).await;
        }
        Ok(None) => {
            let fault = "is missing: send the file in this field, or a text alone to /api/messages";
            return Err(ApiError::in_field(StatusCode::BAD_REQUEST, "picture_missing", PICTURE, fault));
        }
        Err(error) => {
            // Of a client that is too slow nothing more is awaited.
            if error.status != StatusCode::REQUEST_TIMEOUT {
                form.discard().await;
            }
            return if is_form { refused(&app, draft, error) } else { Err(error) };
        }
    };
    // A client that goes away must not stop the work between two steps.
    let work = tokio::spawn(async move {
        let sent = store_and_send(&app, &headers, &draft, &slot, picture).await;
        drop(slot);
        answer(&app, draft, sent, is_form).await
    });
    work.await.unwrap_or_else(|error| {
        tracing::error!(%error, "upload_failed");
        let message = "the upload failed; look at the wall before you retry";
        Err(ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "upload_failed", message).with(Outcome::Unknown))
    })
}

/// Reads the form. If whoever sends it may not post, the picture is not kept, and the text goes back.
async fn read(
    app: &App,
    poster: Result<Poster, ApiError>,
    headers: &HeaderMap,
    form: &mut Form,
    draft: &mut Draft,
) -> Result<Option<(Slot, Vec<u8>)>, ApiError> {
    let pictures = if poster.is_ok() { Some(pictures(app)?) } else { None };
    let upload = form.read(headers, draft, pictures).await;
    poster.and(upload)
}

fn pictures(app: &App) -> Result<&Pictures, ApiError> {
    let message = "this wall has no pictures: the reader was started without UPLOADS_DIR";
    let off = || ApiError::new(StatusCode::NOT_FOUND, "pictures_off", message);
    app.pictures.as_deref().ok_or_else(off)
}

/// Stores the picture, and makes the function write the message. If it is refused, the picture is deleted again.
async fn store_and_send(
    app: &Shared,
    headers: &HeaderMap,
    draft: &Draft,
    slot: &Slot,
    upload: Vec<u8>,
) -> Result<Posted, ApiError> {
    let pictures = pictures(app)?;
    app.writer()?;
    let key = Key::new(headers, draft.event.clone())?;
    // The name of the picture and the command have the same key, also if the client sent none.
    let stored = pictures.store(slot, key.id.clone(), upload).await?;
    let sent = send(app, headers, &Draft { event: Some(key.id), ..draft.clone() }, Some(stored.picture)).await;
    match &sent {
        Ok(posted) => ask_for_label(app, posted),
        // Another message may have been posted with this key and this picture.
        Err(error) if error.body.error == "event_reused" || error.outcome == Outcome::Unknown => {}
        Err(_) if stored.is_new => pictures.discard(slot, stored.picture).await,
        Err(_) => {}
    }
    // Without a key of the client's, only the reader can have sent the command twice.
    sent.map(|posted| Posted { repeated: posted.repeated && key.given, ..posted })
}

/// Asks for the label of a message. Nothing waits for that.
fn ask_for_label(app: &Shared, posted: &Posted) {
    let (Some(inference), Some(picture)) = (&app.inference, posted.message.picture) else { return };
    let question = ClassifyPicture { message: posted.message.id.clone().into_owned(), picture };
    let inference = std::sync::Arc::clone(inference);
    tokio::spawn(async move { inference.classify(&question).await });
}

impl From<PictureError> for ApiError {
    fn from(error: PictureError) -> Self {
        let message = error.to_string();
        let of = |status, name| Self::new(status, name, message.clone());
        match error {
            PictureError::Invalid(_) => of(StatusCode::UNPROCESSABLE_ENTITY, "picture_invalid").about(PICTURE),
            PictureError::Busy => of(StatusCode::SERVICE_UNAVAILABLE, "uploads_busy").with(Outcome::Retry),
            PictureError::Full(_) => of(StatusCode::INSUFFICIENT_STORAGE, "uploads_full"),
            PictureError::Unavailable(_) | PictureError::Silent => {
                of(StatusCode::SERVICE_UNAVAILABLE, "uploads_unavailable").with(Outcome::Retry)
            }
        }
    }
}
