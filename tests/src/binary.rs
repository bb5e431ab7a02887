//! The executables under test.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result};
use escargot::CargoBuild;

static BUILT: Mutex<BTreeMap<String, PathBuf>> = Mutex::new(BTreeMap::new());

/// Returns the executable `name` of the workspace. It is built once, in the profile of the tests.
///
/// If `MESSAGEWALL_BIN_DIR` is set, nothing is built, and the executable is the file `name` in that directory.
///
/// # Errors
/// Returns an error if the executable cannot be built.
pub fn binary(name: &str) -> Result<PathBuf> {
    if let Some(directory) = std::env::var_os("MESSAGEWALL_BIN_DIR") {
        return Ok(PathBuf::from(directory).join(name));
    }
    let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(path) = built.get(name) {
        return Ok(path.clone());
    }
    let path = build(name)?;
    built.insert(name.to_owned(), path.clone());
    Ok(path)
}

/// Returns the target directory of this build.
///
/// # Errors
/// Returns an error if the running test is in no target directory.
pub fn target_directory() -> Result<PathBuf> {
    // The test is in `<target>/<profile>/deps/`. Cargo's tag file is no proof: a directory made by a script has none.
    let executable = std::env::current_exe()?;
    let target = executable.ancestors().nth(3).context("the test is in no target directory")?;
    Ok(target.to_owned())
}

fn build(name: &str) -> Result<PathBuf> {
    // The whole workspace selects the features that `cargo test --workspace` selects, so that nothing is built twice.
    let mut build = CargoBuild::new().arg("--workspace").bin(name).target_dir(target_directory()?);
    build = build.manifest_path(concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml"));
    if !cfg!(debug_assertions) {
        build = build.release();
    }
    let program = build.run().with_context(|| format!("cargo build of {name}"))?;
    Ok(program.path().to_owned())
}
