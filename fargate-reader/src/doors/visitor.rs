//! The sender of a request, and what the sender may do and see.

use std::convert::Infallible;
use std::net::Ipv6Addr;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use headers::authorization::Bearer;
use headers::{Authorization, HeaderMapExt};

use super::app::{App, Shared};
use super::client::{Client, Peer};
use super::error::ApiError;
use super::session::Session;
use crate::follow::{History, Snapshot};
use crate::settings::Posters;
use crate::tokens::Role;
use crate::views::of_configuration;

/// The sender of a request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Visitor {
    pub(super) client: Client,
    /// The role of the token or the session; `None` for a stranger.
    pub(super) role: Option<Role>,
    /// The session, if no token was sent.
    pub(super) session: Option<Session>,
}

/// Proof that a request comes from an administrator.
#[derive(Debug, Clone, Copy)]
pub(super) struct Admin;

/// Proof that whoever sends a request may post, and has not posted too much. Extracting it counts a post.
#[derive(Debug, Clone, Copy)]
pub(super) struct Poster;

impl FromRequestParts<Shared> for Client {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<Peer>().map_or(Ipv6Addr::UNSPECIFIED.into(), |peer| peer.0);
        Ok(Self::behind(app.guard.proxies, peer, &parts.headers))
    }
}

impl FromRequestParts<Shared> for Visitor {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, ApiError> {
        let Ok(client) = Client::from_request_parts(parts, app).await;
        Self::of(app, client, &parts.headers)
    }
}

impl FromRequestParts<Shared> for Admin {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, ApiError> {
        match Visitor::from_request_parts(parts, app).await {
            Ok(visitor) => visitor.admin(app),
            // Here a wrong token has always had this name.
            Err(error) if error.body.error == "token_wrong" => Err(error.named("admin_forbidden")),
            Err(error) => Err(error),
        }
    }
}

impl FromRequestParts<Shared> for Poster {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Shared) -> Result<Self, ApiError> {
        let Visitor { client, role, .. } = Visitor::from_request_parts(parts, app).await?;
        if app.guard.posters == Posters::Token && role.is_none() {
            let message =
                "only those who have signed in may post: sign in at /login, or send `Authorization: Bearer <token>`";
            return Err(ApiError::new(StatusCode::UNAUTHORIZED, "poster_required", message));
        }
        app.guard.posts.count(client, role.is_some())?;
        Ok(Self)
    }
}

impl Visitor {
    /// Returns the sender of a request, by its token or else by its session.
    fn of(app: &App, client: Client, headers: &HeaderMap) -> Result<Self, ApiError> {
        if let Some(sent) = headers.typed_get::<Authorization<Bearer>>() {
            let role = sign_in(app, client, sent.token())?;
            return Ok(Self { client, role: Some(role), session: None });
        }
        let session = app.guard.sessions.of(headers, &app.guard.tokens);
        Ok(Self { client, role: session.map(|session| session.role), session })
    }

    /// Returns true if the sender is an administrator.
    pub(super) fn is_admin(self) -> bool {
        self.role == Some(Role::Admin)
    }

    /// Returns what the sender may see of the newest snapshot.
    pub(super) fn snapshot(self, app: &App) -> Arc<Snapshot> {
        if self.is_admin() { app.follow.snapshot() } else { Arc::clone(&app.view().snapshot) }
    }

    /// Returns what the sender may see of the history. Of the refused events it has those that are about the configuration.
    pub(super) async fn history(self, app: &App) -> Arc<History> {
        let history = of_configuration(app.follow.history().await);
        let with_details = app.views.features().details;
        if self.is_admin() { history } else { Arc::new(history.for_strangers(with_details)) }
    }

    /// Proves that the sender is an administrator.
    ///
    /// # Errors
    /// Returns `admin_disabled`, `admin_required` or `admin_forbidden`.
    pub(super) fn admin(self, app: &App) -> Result<Admin, ApiError> {
        if !app.guard.tokens.is_set(Role::Admin) {
            let message = "this reader has no administrator: it was started without ADMIN_TOKEN";
            return Err(ApiError::new(StatusCode::FORBIDDEN, "admin_disabled", message));
        }
        match self.role {
            Some(Role::Admin) => Ok(Admin),
            Some(Role::Poster) => {
                let message = "only an administrator may do this, and this is the token of a poster";
                Err(ApiError::new(StatusCode::FORBIDDEN, "admin_forbidden", message))
            }
            None => {
                let message =
                    "only an administrator may do this: sign in at /login, or send `Authorization: Bearer <token>`";
                Err(ApiError::new(StatusCode::UNAUTHORIZED, "admin_required", message))
            }
        }
    }
}

/// Returns the role whose token a client has sent. A wrong token is logged, and after too many of them no token is compared.
///
/// # Errors
/// Returns `token_wrong`, `tries_too_many`, or `admin_disabled` if no role has a token.
pub(super) fn sign_in(app: &App, client: Client, sent: &str) -> Result<Role, ApiError> {
    let guard = &app.guard;
    if !Role::ALL.into_iter().any(|role| guard.tokens.is_set(role)) {
        let message = "nobody can sign in here: this reader was started without ADMIN_TOKEN and POSTER_TOKEN";
        return Err(ApiError::new(StatusCode::FORBIDDEN, "admin_disabled", message));
    }
    guard.tries.check(client)?;
    guard.tokens.role_of(sent).ok_or_else(|| {
        guard.tries.fail(client);
        ApiError::new(StatusCode::FORBIDDEN, "token_wrong", "this is not the token of this wall")
    })
}
