//! A file named on the command line, or standard input.

use std::io::Read;

use anyhow::Context;

/// Reads all of it; `-` is standard input.
pub(crate) fn read(file: &str) -> anyhow::Result<Vec<u8>> {
    if file != "-" {
        return Ok(fs_err::read(file)?);
    }
    let mut read = Vec::new();
    std::io::stdin().read_to_end(&mut read).context("cannot read standard input")?;
    Ok(read)
}
