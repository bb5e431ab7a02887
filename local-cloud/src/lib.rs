//! One machine's stand-in for the Lambda service and the HTTP API, and the command that starts the whole wall.

pub mod service;
