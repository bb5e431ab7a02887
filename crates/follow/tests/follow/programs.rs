//! Programs that nobody changed for this, from Debian: each follows a directory that another program writes.
//!
//! The tests print the times from a publication that is complete to its effect.

mod dnsmasq;
mod haproxy;
mod inotify;
mod load;
mod nginx;
mod prometheus;
#[expect(dead_code, reason = "the other tests use more of it")]
mod sidecar;
mod times;
