//! The limits of the wall: what may stand on the volume, how large it may be, how much is remembered.
//!
//! A test that needs what is not to be had here says so, and passes.

mod bind_mount;
mod check;
mod foreign;
mod full;
mod limit;
mod long_line;
mod memory;
mod mode;
mod mount;
mod parts;
mod plant;
mod restore;
mod retries;
mod support;
