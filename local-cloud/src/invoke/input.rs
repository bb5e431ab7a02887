//! A file named on the command line, or standard input.

use std::io::Read;

use anyhow::{Context, bail};

/// What Windows tools begin a file of UTF-8 with.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Reads all of it; `-` is standard input.
pub(crate) fn read(file: &str) -> anyhow::Result<Vec<u8>> {
    if file != "-" {
        return Ok(fs_err::read(file)?);
    }
    let mut read = Vec::new();
    std::io::stdin().read_to_end(&mut read).context("cannot read standard input")?;
    Ok(read)
}

/// Reads all of it as text, without the byte order mark that nobody sees in an editor.
pub(super) fn read_text(file: &str) -> anyhow::Result<String> {
    let bytes = read(file)?;
    // A zero among the first two bytes is one half of an ASCII character: no JSON in UTF-8 begins so.
    if matches!(bytes[..], [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, _, ..] | [_, 0, ..]) {
        bail!("{file} is UTF-16; save it as UTF-8");
    }
    let marked = if bytes.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
    match std::str::from_utf8(&bytes) {
        Ok(text) => Ok(text[marked..].to_owned()),
        Err(error) => {
            let offset = error.valid_up_to();
            bail!("{file} is not UTF-8: byte {offset} is 0x{:02x}", bytes[offset]);
        }
    }
}
