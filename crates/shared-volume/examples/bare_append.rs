//! The system calls that a durable append needs and nothing else: lock, write, fsync, unlock. The peer of the function in
//! `bench/run posts`.
//!
//!     bare_append FILE SECONDS
//!
//! Prints the microseconds of each append, one per line.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::time::{Duration, Instant};

use fs_err::{File, OpenOptions};
use rustix::fs::{FlockOperation, flock};

/// As long as the record of a message of `bench/run posts`.
const LINE: [u8; 140] = {
    let mut line = [b'x'; 140];
    line[139] = b'\n';
    line
};

fn main() -> io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (Some(path), Some(seconds)) = (arguments.next(), arguments.next()) else {
        return Err(io::Error::other("usage: bare_append FILE SECONDS"));
    };
    let seconds: f64 = seconds.parse().map_err(|_| io::Error::other(format!("{seconds}: is no number of seconds")))?;
    let time = Duration::try_from_secs_f64(seconds).map_err(io::Error::other)?;
    let mut file = OpenOptions::new().create(true).append(true).open(path)?;
    let (begun, mut took) = (Instant::now(), String::new());
    while begun.elapsed() < time {
        let started = Instant::now();
        append(&mut file)?;
        writeln!(took, "{}", started.elapsed().as_micros()).map_err(io::Error::other)?;
    }
    io::stdout().write_all(took.as_bytes())
}

fn append(file: &mut File) -> io::Result<()> {
    flock(&*file, FlockOperation::LockExclusive)?;
    file.write_all(&LINE)?;
    file.sync_all()?;
    flock(&*file, FlockOperation::Unlock)?;
    Ok(())
}
