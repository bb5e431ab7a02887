//! Pictures: the uploads directory, which this service writes, and the function that classifies what is in it.
//!
//! - [`Pictures`]: stores, reads and deletes pictures. Nothing waits for the directory without bound, and a directory that
//!   hangs takes a bounded number of threads.
//! - `prepare`: makes the two JPEG files of an upload.
//! - [`sweep()`]: deletes what no message needs. [`ask_again()`]: asks again for missing labels.
//! - [`PictureError`]: the reasons why a picture is not stored or read.

mod asking;
mod error;
mod prepare;
mod room;
mod store;
mod sweeping;

pub(crate) use self::asking::ask_again;
pub(crate) use self::error::PictureError;
#[cfg(test)]
pub(crate) use self::prepare::{MAX_SIDE, MAX_SMALL_SIDE};
pub(crate) use self::room::Slot;
pub(crate) use self::store::Pictures;
pub(crate) use self::sweeping::sweep;
#[cfg(test)]
pub(crate) use ::pictures::MAX_MEGAPIXELS;

/// The largest upload, in bytes.
pub(crate) const MAX_UPLOAD_BYTES: usize = ::pictures::MAX_BYTES;
