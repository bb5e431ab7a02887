//! Appends messages to a wall as fast as it can. `bench/run posts` compares it with `bare_append`.
//!
//!     wall_append VOLUME SECONDS
//!
//! Prints the microseconds of each append, one per line.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::time::{Duration, Instant};

use shared_volume::message::Draft;
use shared_volume::wall::WallWriter;
use shared_volume::{Volume, time};

fn main() -> io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (Some(path), Some(seconds)) = (arguments.next(), arguments.next()) else {
        return Err(io::Error::other("usage: wall_append VOLUME SECONDS"));
    };
    let seconds: f64 = seconds.parse().map_err(|_| io::Error::other(format!("{seconds}: is no number of seconds")))?;
    let length = Duration::try_from_secs_f64(seconds).map_err(io::Error::other)?;
    let mut writer = WallWriter::new(Volume::new(path).wall(None));
    let (begun, mut took) = (Instant::now(), String::new());
    while begun.elapsed() < length {
        let started = Instant::now();
        append(&mut writer)?;
        writeln!(took, "{}", started.elapsed().as_micros()).map_err(io::Error::other)?;
    }
    io::stdout().write_all(took.as_bytes())
}

fn append(writer: &mut WallWriter) -> io::Result<()> {
    let event = Some(format!("http:{}", fastrand::u64(..)));
    let draft = Draft { author: None, text: "Hello".to_owned(), picture: None, event, received: time::now() };
    let batch = writer.append(&[draft], Instant::now() + Duration::from_secs(10)).map_err(io::Error::other)?;
    batch.answers.into_iter().try_for_each(|answer| answer.map(drop)).map_err(io::Error::other)
}
