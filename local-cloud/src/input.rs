//! A file named on the command line, or standard input.

use std::io::Read;

use anyhow::{Context, bail};

/// The mark at the beginning of UTF-8 files of some Windows programs.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Reads the whole file; `-` is standard input.
pub(crate) fn read(file: &str) -> anyhow::Result<Vec<u8>> {
    if file != "-" {
        return Ok(fs_err::read(file)?);
    }
    let mut read = Vec::new();
    std::io::stdin().read_to_end(&mut read).context("cannot read standard input")?;
    Ok(read)
}

/// Reads the whole file as text, without a byte order mark, which editors do not show.
pub(crate) fn read_text(file: &str) -> anyhow::Result<String> {
    let bytes = read(file)?;
    // In UTF-16 the first character of JSON, which is ASCII, has a zero byte. JSON in UTF-8 never begins so.
    if matches!(bytes[..], [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, _, ..] | [_, 0, ..]) {
        bail!("{file} is UTF-16; save it as UTF-8");
    }
    let text = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&bytes);
    let skipped = bytes.len() - text.len();
    match std::str::from_utf8(text) {
        Ok(text) => Ok(text.to_owned()),
        Err(error) => {
            let offset = skipped + error.valid_up_to();
            bail!("{file} is not UTF-8: byte {offset} is 0x{:02x}", bytes[offset]);
        }
    }
}
