//! The courier: the thread that touches the source. It may hang in the kernel while the mount is silent.

use std::io;
use std::path::PathBuf;
use std::sync::mpsc;
use std::thread;

use super::wake::{Answer, Wake};
use crate::settings::Mirror;
use crate::source::{self, Order, Survey};

/// A job for the courier.
#[derive(Debug)]
pub(super) enum Job {
    /// Find out what the source is.
    Probe { from: PathBuf, mount: Option<PathBuf> },
    /// Copy the source, unless it is still as this survey found it.
    Copy { order: Order, unless: Option<Survey> },
}

/// Starts the courier. It ends when nobody has jobs any more.
pub(super) fn start(back: mpsc::Sender<Wake>) -> io::Result<mpsc::Sender<Job>> {
    let (sender, jobs) = mpsc::channel();
    thread::Builder::new().name("courier".to_owned()).spawn(move || {
        for job in jobs {
            if back.send(Wake::Back(Box::new(do_job(job)))).is_err() {
                return;
            }
        }
    })?;
    Ok(sender)
}

fn do_job(job: Job) -> Answer {
    match job {
        Job::Probe { from, mount } => Answer::IsFile(source::is_file(&from, mount.as_deref())),
        Job::Copy { order, unless } => {
            let is_unchanged = unless.is_some_and(|before| {
                source::survey(&order.from, order.mount.as_deref(), order.bounds).is_ok_and(|now| now == before)
            });
            if is_unchanged { Answer::Unchanged } else { Answer::Copied(source::copy(&order)) }
        }
    }
}

impl Job {
    /// Returns the first job of a mirror.
    pub(super) fn probe(mirror: &Mirror) -> Self {
        Self::Probe { from: mirror.from.clone(), mount: mirror.require_mount.clone() }
    }
}
