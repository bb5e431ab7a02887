//! The doors: everything that knows of HTTP requests.
//!
//! - [`Front`]: answers all requests, the most frequent ones without a detour. `router`: all public routes, with what holds for
//!   every response (`policy`). [`internal_router()`]: those of the internal port. `paths`: their addresses.
//! - `routes`: the handlers. None of them touches the volume of the wall.
//! - [`App`]: the parts that the handlers share.
//! - [`Guard`]: what protects the wall. `client`: whose request it is, `visitor`: what that allows, `session`: cookies, `tries`: wrong
//!   tokens, `posts`, `places` and `catching_up`: limits, `hosts`: names of the wall.
//! - `error`: errors as clients see them. `chunked`: bodies in chunks, `encoding`: plain or compressed. `metrics`: numbers for
//!   Prometheus. `pulse`: the events that all streams send at the same time; `pulsing` makes them.

pub(crate) mod paths;

mod app;
mod catching_up;
mod chunked;
mod client;
mod encoding;
mod error;
mod front;
mod guard;
mod hosts;
mod internal;
mod metrics;
mod per_client;
mod places;
mod policy;
mod posts;
mod pulse;
mod pulsing;
mod router;
mod routes;
mod session;
mod tries;
mod visitor;

pub(crate) use self::app::App;
pub(crate) use self::client::Peer;
pub(crate) use self::front::Front;
pub(crate) use self::guard::Guard;
pub(crate) use self::internal::internal_router;
pub(crate) use self::metrics::Metrics;
pub(crate) use self::pulse::Pulse;
pub(crate) use self::pulsing::run as pulse;
#[cfg(test)]
pub(crate) use self::routes::UPLOAD_TIMEOUT;
