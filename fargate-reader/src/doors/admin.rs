//! The administrator, who may remove messages, clear the wall and roll the configuration back.

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use headers::authorization::Bearer;
use headers::{Authorization, HeaderMapExt};

use super::app::Shared;
use super::error::ApiError;

/// Proof that a request comes from the administrator.
#[derive(Debug, Clone, Copy)]
pub(super) struct Admin;

impl FromRequestParts<Shared> for Admin {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, ApiError> {
        let Some(token) = &app.admin_token else {
            let message = "this reader has no administrator: it was started without ADMIN_TOKEN";
            return Err(ApiError::new(StatusCode::FORBIDDEN, "admin_disabled", message));
        };
        match parts.headers.typed_get::<Authorization<Bearer>>() {
            Some(sent) if token.is(sent.token().trim()) => Ok(Self),
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
