//! Tests of the public API: real files change, and the events that the handler receives are compared.

#![expect(clippy::unwrap_used, reason = "a test that cannot continue fails immediately, helpers included")]
#![expect(clippy::print_stdout, reason = "a failed test prints its progress, and a skipped one the reason")]

mod directories;
mod drop_in;
mod files;
mod first_scan;
#[cfg(any(target_os = "linux", target_os = "android"))]
mod forbidden;
mod missing;
mod random_changes;
mod running;
mod special;
mod stage;
mod trouble;
