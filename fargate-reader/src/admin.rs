//! Who may take messages off, clear the wall and roll back.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{StatusCode, header};

use crate::error::ApiError;
use crate::state::Shared;

/// Proof that the request came from an administrator.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Admin;

impl FromRequestParts<Shared> for Admin {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, ApiError> {
        let Some(token) = &app.admin_token else {
            let message = "this reader has no administrator: it was started without ADMIN_TOKEN";
            return Err(ApiError::new(StatusCode::FORBIDDEN, "admin_disabled", message));
        };
        let sent = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let bearer = sent.and_then(|value| value.split_once(' '));
        match bearer.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")) {
            Some((_, sent)) if token.is(sent.trim()) => Ok(Self),
            Some(_) => {
                Err(ApiError::new(StatusCode::FORBIDDEN, "admin_forbidden", "this is not the administrator's token"))
            }
            None => {
                let message = "only an administrator may do this: send `Authorization: Bearer <token>`";
                Err(ApiError::new(StatusCode::UNAUTHORIZED, "admin_required", message))
            }
        }
    }
}
