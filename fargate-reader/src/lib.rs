//! The axum service: it follows the shared volume and serves the live wall.
//!
//! The service only reads the volume. One thread does that and publishes immutable snapshots, from which everything is
//! served. To write, the service calls the Lambda function.
//!
//! # Layout
//!
//! Three floors; each uses only those below it.
//!
//! - `doors`: the routes, the handlers, and everything else that knows of HTTP requests.
//! - `views`: HTML, JSON and server-sent events, made of snapshots.
//! - `follow`: the thread that reads the volume, and the snapshots that it publishes.
//!
//! Beside them `invoke`, the client of the functions, `around`, the other tasks and the local cloud, `pictures`, the uploads directory, `settings`, and `tokens`, which keeps the tokens in force current. Above them [`run`], the service, with `status_log`,
//! the log event that alarms watch; and [`start`], the process. [`check_health`] calls a running one.

mod health_check;
mod process;
mod serve;
mod status_log;

mod doors;
mod views;

mod follow;

mod around;
mod pictures;

mod invoke;
mod settings;
mod tokens;

#[cfg(test)]
mod contract_test;

pub use health_check::check_health;
pub use process::start;
pub use reader_names::Readers;
pub use serve::run;
pub use settings::{
    AddressArguments, Addresses, Arguments, Details, InvalidSettings, LimitArguments, Limits, Posters, RoleArguments,
    Roles, Settings, Token, TokenSource, Watch,
};
