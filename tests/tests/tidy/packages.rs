//! The packages of the workspace and their source files.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

/// A package of the workspace.
#[derive(Debug)]
pub(crate) struct Package {
    pub(crate) name: String,
    pub(crate) manifest: PathBuf,
    /// The root files of its library and its programs. Tests and examples have none here.
    pub(crate) roots: Vec<PathBuf>,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<PackageMetadata>,
}

#[derive(Deserialize)]
struct PackageMetadata {
    name: String,
    manifest_path: PathBuf,
    targets: Vec<TargetMetadata>,
}

#[derive(Deserialize)]
struct TargetMetadata {
    kind: Vec<String>,
    src_path: PathBuf,
}

/// Returns all packages of the workspace, in the order of their names.
pub(crate) fn packages() -> Result<Vec<Package>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let arguments = ["metadata", "--no-deps", "--offline", "--format-version", "1"];
    let output = Command::new(cargo).args(arguments).output().context("cargo did not start")?;
    ensure!(output.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&output.stderr));
    let metadata: Metadata = serde_json::from_slice(&output.stdout)?;
    let mut packages: Vec<_> = metadata.packages.into_iter().map(Package::from).collect();
    packages.sort_by(|left, right| left.name.cmp(&right.name));
    Ok(packages)
}

impl From<PackageMetadata> for Package {
    fn from(package: PackageMetadata) -> Self {
        let is_program = |target: &TargetMetadata| target.kind.iter().any(|kind| kind == "lib" || kind == "bin");
        let roots = package.targets.into_iter().filter(is_program).map(|target| target.src_path).collect();
        Self { name: package.name, manifest: package.manifest_path, roots }
    }
}

impl Package {
    /// Returns all Rust files below the package's directory, except those of packages inside it.
    pub(crate) fn files(&self) -> Result<Vec<PathBuf>> {
        let mut files = Vec::new();
        let directory = self.manifest.parent().context("a manifest has a directory")?;
        for entry in fs_err::read_dir(directory)? {
            collect(&entry?.path(), &mut files)?;
        }
        files.sort();
        Ok(files)
    }
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    let is_other = path.join("Cargo.toml").exists() || path.ends_with("target") || path.ends_with("node_modules");
    if path.is_dir() && !is_other {
        for entry in fs_err::read_dir(path)? {
            collect(&entry?.path(), files)?;
        }
    } else if path.extension().is_some_and(|extension| extension == "rs") {
        files.push(path.to_owned());
    }
    Ok(())
}

/// Returns `path` as it is written from the root of the workspace.
pub(crate) fn shown(path: &Path) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    let short = root.and_then(|root| path.strip_prefix(root).ok());
    short.unwrap_or(path).display().to_string()
}
