//! The front: answers all requests.

use std::convert::Infallible;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request};
use axum::response::Response;
use futures_util::future::{Either, ready};
use hyper::body::Incoming;
use tower::Service;
use wall_api::ReadLimit;

use super::app::Shared;
use super::client::Peer;
use super::encoding::accepted;
use super::paths;
use super::policy;
use super::router::router;
use super::routes::{messages, metrics, page};

/// Answers all requests. All connections share it.
#[derive(Debug, Clone)]
pub(crate) struct Front {
    app: Shared,
    router: Router,
}

impl Front {
    pub(crate) fn new(app: Shared) -> Self {
        Self { router: router(Shared::clone(&app)), app }
    }

    /// Answers a request that came from `peer`.
    pub(crate) fn answer(
        &self,
        mut request: Request<Incoming>,
        peer: Peer,
    ) -> impl Future<Output = Result<Response, Infallible>> + Send + use<> {
        let headers = request.headers();
        // The first refusal ends the connection.
        let refused = policy::refuse_transfer_encoding(headers)
            .or_else(|| self.app.guard.hosts.refuse(request.version(), request.uri(), headers));
        match refused.or_else(|| self.ready(&request)) {
            Some(response) => Either::Left(ready(Ok(response))),
            None => {
                policy::remove_default_port(request.headers_mut());
                request.extensions_mut().insert(peer);
                Either::Right(self.router.clone().call(request.map(Body::new)))
            }
        }
    }

    /// Returns the answer to the most frequent requests, which is there already, as the router would give it: to a `GET` of
    /// the newest page or messages without parameters. An error is left to the router.
    fn ready(&self, request: &Request<Incoming>) -> Option<Response> {
        if request.method() != Method::GET || request.uri().query().is_some() {
            return None;
        }
        let (headers, route) = (request.headers(), request.uri().path());
        let encoding = accepted(headers);
        let mut response = match route {
            paths::PAGE => page::newest(&self.app, &self.app.view(), encoding).ok()?,
            paths::MESSAGES => {
                messages::newest(&self.app.view(), ReadLimit::default().get(), headers, encoding).ok()??
            }
            _ => return None,
        };
        metrics::finish(&self.app, route, "GET", &mut response);
        Some(response)
    }
}
