//! The watcher at its boundary: real files change, and what the handler is told is compared.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails at once, helpers included")]
#![expect(clippy::print_stdout, reason = "a failed test shows what it was at, and a skipped one says why")]

mod directories;
mod drop_in;
mod files;
mod first_look;
#[cfg(any(target_os = "linux", target_os = "android"))]
mod forbidden;
mod missing;
mod random_changes;
mod running;
mod special;
mod stage;
mod trouble;
