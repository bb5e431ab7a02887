//! The name of the model in use.

use std::fs::File;
use std::io;

use rustix::fs::readlinkat;

use crate::files;

/// The link or file that names the model in use.
pub(super) const CURRENT: &str = "current";

/// The longest name of a model, in bytes.
const MAX_NAME_BYTES: u64 = 255;

/// Returns the name of the model in use. `None` if there is none.
///
/// # Errors
/// Returns an error if `current` names no directory in the models' directory, or if the volume fails.
pub(super) fn current(models: &File) -> io::Result<Option<String>> {
    let name = match readlinkat(models, CURRENT, Vec::new()) {
        Ok(target) => target.into_string().map_err(|_| invalid("is not UTF-8"))?,
        Err(rustix::io::Errno::NOENT) => return Ok(None),
        // It is no link.
        Err(rustix::io::Errno::INVAL) => match files::open(models, CURRENT)? {
            Some(file) => {
                String::from_utf8(files::read(&file, MAX_NAME_BYTES)?).map_err(|_| invalid("is not UTF-8"))?
            }
            None => return Ok(None),
        },
        Err(error) => return Err(error.into()),
    };
    let name = name.trim().trim_end_matches('/');
    let name = name.strip_prefix("./").unwrap_or(name);
    if name.is_empty() || name.starts_with('.') || name.contains(['/', '\0']) {
        return Err(invalid("must name a directory beside it"));
    }
    Ok(Some(name.to_owned()))
}

fn invalid(fault: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("{CURRENT}: {fault}"))
}
