//! The files that the page needs.

use axum::extract::rejection::PathRejection;
use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use shared_volume::config::Accent;

use super::caching::is_known;
use super::page::not_found;
use super::parameters::Parameters;
use crate::doors::app::Shared;
use crate::doors::encoding::{VARY, encoded};
use crate::doors::error::ApiError;
use crate::views;
use crate::views::Encoding;

/// The caching of an address that contains the hash of its content.
const FOREVER: &str = "public, max-age=31536000, immutable";

/// `GET /assets/<path>?v=<hash of the content>`: a file of the page.
pub(in crate::doors) async fn asset(
    path: Result<Path<String>, PathRejection>,
    query: Parameters,
    headers: HeaderMap,
    encoding: Encoding,
    uri: OriginalUri,
) -> Result<Response, ApiError> {
    let Path(path) = path?;
    let Some(asset) = views::assets::assets().iter().find(|asset| asset.path == path) else {
        return not_found(uri, headers).await;
    };
    let version = format!("{:016x}", asset.version);
    let caching = if query.get("v")?.as_ref() == Some(&version) { FOREVER } else { "no-cache" };
    // The tag is weak: it is that of all encodings.
    let etag = format!("W/\"{version}\"");
    let known = is_known(&headers, &etag);
    let headers = [(header::ETAG, etag.as_str()), (header::CACHE_CONTROL, caching)];
    if known {
        return Ok((StatusCode::NOT_MODIFIED, [VARY], headers).into_response());
    }
    Ok((headers, encoded(encoding, asset.content_type, asset.text.body(encoding))).into_response())
}

/// `GET /accent.css?c=d9480f`: the stylesheet that sets the accent colour; without `c` that of the configuration.
pub(in crate::doors) async fn accent(State(app): State<Shared>, query: Parameters) -> Result<Response, ApiError> {
    let accent = match query.get("c")? {
        Some(hex) => {
            Accent::try_from(format!("#{hex}")).map_err(|fault| ApiError::parameter("c", &fault.to_string()))?
        }
        None => app.follow.snapshot().config.config.accent.clone(),
    };
    let headers = [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")];
    Ok((headers, views::accent_css(&accent)).into_response())
}
