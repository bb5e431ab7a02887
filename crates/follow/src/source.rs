//! The source on the volume: opened, walked and copied without trusting anything that is there.
//!
//! Anyone who can write the volume can place anything there. Everything is opened with `O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC`,
//! must be a directory or a regular file, and is read up to a bound. Only the root may be a symbolic link, such as `current`,
//! and only to its own file system.

mod copy;
mod document;
mod print;
mod root;
mod walk;

pub(crate) use self::copy::{Copied, Known, Order, copy};
pub(crate) use self::print::Survey;
pub(crate) use self::root::{is_file, survey};
