//! The files that the page needs. They are part of the program.

use axum::extract::rejection::PathRejection;
use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use shared_volume::config::Accent;

use super::page::malformed_path;
use super::parameters::Parameters;
use crate::error::ApiError;
use crate::page;
use crate::state::Shared;

/// An address that names the content never means anything else.
const FOREVER: &str = "public, max-age=31536000, immutable";

/// `GET /assets/<path>?v=<which content is meant>`
pub(crate) async fn asset(
    path: Result<Path<String>, PathRejection>,
    asked: Parameters,
    headers: HeaderMap,
    uri: OriginalUri,
) -> Result<Response, ApiError> {
    let Path(path) = path.map_err(malformed_path)?;
    let Some(asset) = page::assets().iter().find(|asset| asset.path == path) else {
        return super::page::not_found(uri, headers).await;
    };
    let version = format!("{:016x}", asset.version);
    let caching = if asked.get("v")?.as_ref() == Some(&version) { FOREVER } else { "no-cache" };
    let etag = format!("\"{version}\"");
    let known = super::messages::is_known(&headers, &etag);
    let headers = [(header::ETAG, etag.as_str()), (header::CACHE_CONTROL, caching)];
    if known {
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    Ok((headers, [(header::CONTENT_TYPE, asset.content_type)], asset.bytes).into_response())
}

/// `GET /accent.css?c=d9480f`: the colour as a stylesheet, because the page's policy forbids inline styles.
pub(crate) async fn accent(State(app): State<Shared>, asked: Parameters) -> Result<Response, ApiError> {
    let accent = match asked.get("c")? {
        Some(hex) => {
            Accent::try_from(format!("#{hex}")).map_err(|problem| ApiError::parameter(format!("c: {problem}")))?
        }
        None => app.follow.snapshot().config.config.accent.clone(),
    };
    let headers = [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];
    Ok((headers, page::accent_css(&accent)).into_response())
}
