//! The administrator, who may remove messages, clear the wall, and change the configuration.

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use headers::authorization::Bearer;
use headers::{Authorization, HeaderMapExt};

use super::app::{App, Shared};
use super::error::ApiError;

/// Proof that a request comes from the administrator.
#[derive(Debug, Clone, Copy)]
pub(super) struct Admin;

impl FromRequestParts<Shared> for Admin {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, ApiError> {
        let sent = parts.headers.typed_get::<Authorization<Bearer>>();
        Self::of(app, sent.as_ref().map(Authorization::token))
    }
}

impl Admin {
    /// Checks the token of a form, which sends no header.
    ///
    /// # Errors
    /// `admin_disabled`, `admin_required` or `admin_forbidden`
    pub(super) fn of(app: &App, sent: Option<&str>) -> Result<Self, ApiError> {
        let Some(token) = &app.admin_token else {
            let message = "this reader has no administrator: it was started without ADMIN_TOKEN";
            return Err(ApiError::new(StatusCode::FORBIDDEN, "admin_disabled", message));
        };
        match sent {
            Some(sent) if token.is(sent.trim()) => Ok(Self),
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
