//! The files that the page needs. They are part of the program.

use axum::extract::{OriginalUri, Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use shared_volume::config::Accent;

use crate::error::ApiError;
use crate::page;
use crate::state::Shared;

/// An address that names the content never means anything else.
const FOREVER: &str = "public, max-age=31536000, immutable";

/// Which content was meant.
#[derive(Debug, Deserialize)]
pub(crate) struct Version {
    v: Option<String>,
}

/// Which colour, as `rrggbb`.
#[derive(Debug, Deserialize)]
pub(crate) struct Colour {
    c: Option<String>,
}

/// `GET /assets/<path>`
pub(crate) async fn asset(
    Path(path): Path<String>,
    Query(asked): Query<Version>,
    headers: HeaderMap,
    uri: OriginalUri,
) -> Result<Response, ApiError> {
    let Some(asset) = page::assets().iter().find(|asset| asset.path == path) else {
        return super::page::not_found(uri, headers).await;
    };
    let version = format!("{:016x}", asset.version);
    let caching = if asked.v.as_deref() == Some(&version) { FOREVER } else { "no-cache" };
    let etag = format!("\"{version}\"");
    let known = super::messages::is_known(&headers, &etag);
    let headers = [(header::ETAG, etag.as_str()), (header::CACHE_CONTROL, caching)];
    if known {
        return Ok((StatusCode::NOT_MODIFIED, headers).into_response());
    }
    Ok((headers, [(header::CONTENT_TYPE, asset.content_type)], asset.bytes).into_response())
}

/// `GET /accent.css?c=d9480f`: the colour as a stylesheet, because the page's policy forbids inline styles.
pub(crate) async fn accent(State(app): State<Shared>, Query(colour): Query<Colour>) -> Result<Response, ApiError> {
    let accent = match colour.c {
        Some(hex) => {
            Accent::try_from(format!("#{hex}")).map_err(|problem| ApiError::parameter(format!("c: {problem}")))?
        }
        None => app.follow.snapshot().config.config.accent.clone(),
    };
    let headers = [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];
    Ok((headers, page::accent_css(&accent)).into_response())
}
