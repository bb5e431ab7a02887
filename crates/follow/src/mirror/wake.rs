//! The messages between the threads of a mirror.

use tokio::sync::oneshot;

use crate::fault::Fault;
use crate::source::Copied;

/// The result of a mirror that ends: with `--once`, or because there is no source and the settings say to fail.
pub(crate) type Outcome = Result<(), Fault>;

/// A sign that something may be to be done.
#[derive(Debug)]
pub(crate) enum Wake {
    /// The source may have changed.
    Hint,
    /// Somebody announces a change, and waits until it was looked at.
    Look(oneshot::Sender<()>),
    /// The courier has come back.
    Back(Box<Answer>),
}

/// The answer of the courier.
#[derive(Debug)]
pub(crate) enum Answer {
    /// The source is a file, or else a directory.
    IsFile(Result<bool, Fault>),
    /// The source is as it was.
    Unchanged,
    Copied(Result<Copied, Fault>),
}
