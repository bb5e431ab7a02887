//! `GET /pictures/<file>`: the files of the pictures on the wall.

use axum::extract::rejection::PathRejection;
use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use shared_volume::message::Picture;

use super::page::not_found;
use crate::doors::app::Shared;
use crate::doors::error::ApiError;

/// The headers of a picture. Its name changes with its content, and whatever the file contains, it is shown as a picture.
const HEADERS: [(header::HeaderName, &str); 5] = [
    (header::CONTENT_TYPE, "image/jpeg"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'"),
    (header::CONTENT_DISPOSITION, "inline"),
];

/// `GET /pictures/<file>`: a picture of a message that is shown. For other names nothing looks at the directory.
pub(in crate::doors) async fn picture(
    State(app): State<Shared>,
    file: Result<Path<String>, PathRejection>,
    uri: OriginalUri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let Path(file) = file?;
    let shown = Picture::of_file(&file).filter(|(picture, _)| app.follow.snapshot().shows(picture));
    let (Some((picture, size)), Some(pictures)) = (shown, &app.pictures) else {
        return not_found(uri, headers).await;
    };
    match pictures.read(picture, size).await? {
        Some(bytes) => Ok((HEADERS, bytes).into_response()),
        None => {
            let message = format!("the file of the picture {picture} is missing");
            Err(ApiError::new(StatusCode::NOT_FOUND, "picture_unknown", message))
        }
    }
}
