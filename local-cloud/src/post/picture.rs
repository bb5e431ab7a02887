//! A picture as a part of a form.

use std::path::Path;

use anyhow::{Context, ensure};
use reqwest::multipart::Part;

/// The largest picture that is sent, in bytes. The wall may take less, and then says so.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// Reads a picture.
///
/// # Errors
/// Returns an error if the file cannot be read, is no regular file, is empty or too large.
pub(super) fn read(file: &str) -> anyhow::Result<Part> {
    let metadata = fs_err::metadata(file).context("--picture")?;
    ensure!(metadata.is_file(), "--picture: `{file}` is not a file");
    ensure!(metadata.len() > 0, "--picture: `{file}` is empty");
    ensure!(metadata.len() <= MAX_BYTES, "--picture: `{file}` has more than {} MiB", MAX_BYTES >> 20);
    let bytes = fs_err::read(file).context("--picture")?;
    let path = Path::new(file);
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let ending = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    Ok(Part::bytes(bytes).file_name(name).mime_str(media_type(&ending))?)
}

/// Returns the media type of files with this ending. The wall looks at the bytes.
fn media_type(ending: &str) -> &'static str {
    match ending {
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "gif" => "image/gif",
        "webp" => "image/webp",
        _ => "application/octet-stream",
    }
}
