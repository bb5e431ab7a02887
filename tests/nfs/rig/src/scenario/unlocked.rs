//! The append of the 2020 blog post, which unlocks the file before its buffer is written.

use std::io::Write;
use std::thread;

use anyhow::{Result, anyhow};
use fs_err::OpenOptions;
use serde_json::json;

use crate::clients::{Client, WRITER_1, WRITER_2};
use crate::report::Report;
use crate::server;

const LINES: usize = 200;

pub(crate) fn run(report: &mut Report) -> Result<()> {
    fs_err::create_dir_all(server::path("unlocked"))?;
    let writers = [WRITER_1, WRITER_2].map(|client| thread::spawn(move || append(client)));
    for writer in writers {
        writer.join().map_err(|_| anyhow!("a writer panicked"))??;
    }
    let content = fs_err::read(server::path("unlocked/content"))?;
    let whole = String::from_utf8_lossy(&content).lines().filter(|line| line.starts_with("client")).count();
    let lost = 2 * LINES - whole.min(2 * LINES);
    let row = [("written", json!(2 * LINES)), ("arrived", json!(whole)), ("lost", json!(lost))];
    report.row("The append of the blog post, which unlocks before it writes: two clients, nothing killed", &row);
    // If nothing is lost, the mount is not the network mount that the other tests need.
    report.check("the append of the blog post loses messages here", lost > 0, format!("{lost} of {}", 2 * LINES));
    Ok(())
}

fn append(client: Client) -> Result<()> {
    for number in 0..LINES {
        let mut file = OpenOptions::new().append(true).create(true).open(client.path("unlocked/content"))?;
        file.file().lock()?;
        file.file().unlock()?;
        // Python writes its buffer when it closes the file, after the code of the blog post has unlocked it.
        file.write_all(format!("{client:?} line {number}\n").to_lowercase().as_bytes())?;
    }
    Ok(())
}
