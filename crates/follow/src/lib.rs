//! A sidecar for programs that do not notice what another host writes: it mirrors files from a network mount to a directory
//! that the program shares, whole or not at all, checks them first, and reloads the program.
//!
//! # Layout
//! - [`run`] reads the settings and runs the program.
//! - `start` connects the parts: `signals`, `doors` (HTTP), `parent` (`follow run`) and a `mirror` for each pair of paths.
//! - `mirror` decides. Its `courier` is the only thread that touches the `source`; `target` is what the program sees.
//! - `tell` tells the program, `command` runs checks, `children` reaps every process that ends.
//!
//! It knows nothing of walls. On the volume it trusts nothing, and it never writes there.

mod board;
mod children;
mod command;
mod digest;
mod doors;
mod fault;
mod health_check;
mod mirror;
mod parent;
mod process;
mod processes;
mod settings;
mod signals;
mod source;
mod start;
mod target;
mod tell;
mod units;

pub use self::process::{Cli, run};
