//! The executables under test.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

static BUILT: Mutex<BTreeMap<String, PathBuf>> = Mutex::new(BTreeMap::new());

/// The executable `name` of the workspace, built once, in the profile that the tests were built in.
///
/// `MESSAGEWALL_BIN_DIR`, when it is set, is a directory where they all are already.
///
/// # Errors
/// When it cannot be built.
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

/// Where this build's artifacts are; other things that are made once may be kept there.
///
/// # Errors
/// When the running test lies at no such place.
pub fn target_directory() -> Result<PathBuf> {
    // It lies in `<target>/<profile>/deps/`. Cargo's tag is no sign: it is missing where a script made the directory.
    let executable = std::env::current_exe()?;
    let target = executable.ancestors().nth(3).context("the test does not lie in a target directory")?;
    Ok(target.to_owned())
}

fn build(name: &str) -> Result<PathBuf> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    // The whole workspace selects the features that `cargo test --workspace` selects: nothing is built twice.
    command.args(["build", "--workspace", "--bin", name, "--message-format=json-render-diagnostics"]);
    command.arg("--target-dir").arg(target_directory()?);
    if !cfg!(debug_assertions) {
        command.arg("--release");
    }
    let output = command.stderr(std::process::Stdio::inherit()).output().context("cargo did not start")?;
    ensure!(output.status.success(), "cargo build of {name} failed");
    let messages = output.stdout.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok());
    let executable = messages.into_iter().find_map(|message: Value| {
        let is_it = message["target"]["name"] == *name && message["executable"].is_string();
        is_it.then(|| message["executable"].as_str().map(PathBuf::from)).flatten()
    });
    executable.with_context(|| format!("cargo built no executable {name}"))
}
