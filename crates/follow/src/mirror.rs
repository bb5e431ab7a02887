//! One mirror: two threads, so that one still answers while the other hangs in a call to the mount.

mod courier;
mod follower;
mod placing;
mod retry;
mod times;
mod wake;
mod wanted;
mod watching;

use std::io;
use std::sync::mpsc;
use std::thread;

use self::follower::Follower;
pub(crate) use self::wake::{Outcome, Wake};
use crate::board::Board;
use crate::settings::Mirror;
use crate::tell::Telling;

/// Starts the threads of a mirror. `outcome` receives its end.
pub(crate) fn start(
    mirror: Mirror,
    board: Board,
    telling: Telling,
    once: bool,
    outcome: tokio::sync::mpsc::Sender<Outcome>,
) -> io::Result<mpsc::Sender<Wake>> {
    let (wakes, woken) = mpsc::channel();
    let courier = courier::start(wakes.clone())?;
    let hints = wakes.clone();
    thread::Builder::new().name("mirror".to_owned()).spawn(move || {
        let ended = Follower::new(mirror, board, telling, once, courier).run(&woken, hints);
        // If nobody receives it, the program is ending.
        drop(outcome.blocking_send(ended));
    })?;
    Ok(wakes)
}
