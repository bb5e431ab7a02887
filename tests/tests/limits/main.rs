//! The limits of the wall: foreign files on the volume, sizes, and the number of remembered events.
//!
//! A test that this machine does not allow prints the reason and passes.

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
