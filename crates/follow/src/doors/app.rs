//! The state behind the doors.

use std::sync::mpsc;

use crate::board::Board;
use crate::mirror::Wake;

/// A mirror as the doors see it.
#[derive(Debug)]
pub(crate) struct Followed {
    pub(crate) board: Board,
    pub(crate) wakes: mpsc::Sender<Wake>,
}

/// The state behind the doors.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) task: String,
    pub(crate) mirrors: Vec<Followed>,
}
