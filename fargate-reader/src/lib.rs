//! The axum service: it follows the shared volume and serves the live wall.
//!
//! It only ever reads the volume. One thread does so and publishes what it finds as an immutable snapshot; everything
//! that is served is served from there. To write, it asks the Lambda function.
//!
//! # Layout
//!
//! - [`start`] and [`run`]: the process, and the service in it; [`check_health`] asks a running one.
//! - `settings`: [`Arguments`] become [`Settings`].
//! - `follow`: the one thread that touches the volume; `snapshot`: what it publishes.
//! - `router`: the whole URL space; `routes`: its handlers; `page`: what people see.
//! - `invoke`: the function, by the Lambda API.
//! - `shapes`, `pieces`, `error`, `admin`, `policy`, `metrics`: what the routes share; `status_log`: the line that alarms watch.

mod settings;
mod start;

mod follow;
mod serve;
mod snapshot;

mod invoke;
mod router;
mod routes;
mod state;

mod page;

mod admin;
mod error;
mod metrics;
mod pieces;
mod policy;
mod shapes;
mod status_log;

pub use serve::run;
pub use settings::{AdminToken, Arguments, InvalidSettings, Settings, Watch};
pub use start::{check_health, start};
