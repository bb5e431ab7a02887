//! The names of files, and the required content of each manifest.

use anyhow::Result;

use crate::packages::{Package, shown};

/// Returns the files named `mod.rs`.
pub(crate) fn mod_rs(package: &Package) -> Result<Vec<String>> {
    let files = package.files()?;
    Ok(files.iter().filter(|file| file.ends_with("mod.rs")).map(|file| shown(file)).collect())
}

/// Returns the manifest if it does not inherit the lints of the workspace.
pub(crate) fn missing_lints(package: &Package) -> Result<Vec<String>> {
    let manifest = fs_err::read_to_string(&package.manifest)?;
    let lines: Vec<_> = manifest.lines().map(str::trim).collect();
    let has_lints = lines.windows(2).any(|pair| pair == ["[lints]", "workspace = true"]);
    let fault = || format!("{}: has no `[lints] workspace = true`", shown(&package.manifest));
    Ok(if has_lints { Vec::new() } else { vec![fault()] })
}
