//! The files that a manifest lists: a network reads its data from no others.

use std::collections::BTreeSet;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail, ensure};
use tract_onnx::Onnx;
use tract_onnx::data_resolver::ModelDataResolver;
use tract_onnx::prelude::TractResult;

use super::manifest::Manifest;
use crate::files;

/// Reads the data that a network keeps in other files. Only files whose digest was checked are opened.
#[derive(Debug)]
struct Listed {
    directory: File,
    path: PathBuf,
    names: BTreeSet<String>,
}

/// Returns the loader of the networks in a model's directory.
///
/// # Errors
/// Returns an error if the directory cannot be opened.
pub(super) fn loader(path: &Path, manifest: &Manifest) -> TractResult<Onnx> {
    let directory = files::directory(path)?.context("there is no such directory")?;
    let names = manifest.files.keys().cloned().collect();
    let mut onnx = tract_onnx::onnx();
    onnx.provider = Arc::new(Listed { directory, path: fs_err::canonicalize(path)?, names });
    Ok(onnx)
}

impl ModelDataResolver for Listed {
    fn read_bytes_from_path(
        &self,
        buf: &mut Vec<u8>,
        path: &Path,
        offset: usize,
        length: Option<usize>,
    ) -> TractResult<()> {
        let name = path.strip_prefix(&self.path).ok().and_then(Path::to_str);
        let Some(name) = name.filter(|name| self.names.contains(*name)) else {
            bail!("{}: is not in `files` of model.json", path.display());
        };
        let file = files::open(&self.directory, name)?.with_context(|| format!("lacks {name}"))?;
        let size = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX);
        let length = length.unwrap_or(size.saturating_sub(offset));
        let is_within = offset.checked_add(length).is_some_and(|end| end <= size);
        ensure!(is_within, "{name}: has {size} bytes, and the network needs {length} at {offset}");
        let begin = buf.len();
        buf.resize(begin + length, 0);
        Ok(file.read_exact_at(&mut buf[begin..], offset as u64)?)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_network_reads_no_file_that_is_not_listed_and_does_not_wait_for_a_fifo() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().canonicalize().unwrap();
        for name in ["model.onnx", "listed", "other"] {
            fs_err::write(path.join(name), "0123456789").unwrap();
        }
        rustix::fs::mknodat(rustix::fs::CWD, path.join("fifo"), rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
        let digest = "0".repeat(64);
        let manifest = json!({
            "kind": "classifier",
            "files": { "model.onnx": digest, "listed": digest, "fifo": digest },
            "preprocess": { "resize": 8, "crop": [8, 8], "mean": [0, 0, 0], "deviation": [1, 1, 1] },
            "labels": ["a"],
        });
        let provider = loader(&path, &Manifest::parse(manifest.to_string().as_bytes()).unwrap()).unwrap().provider;
        let read = |name: &str, offset, length| {
            let mut bytes = Vec::new();
            let result = provider.read_bytes_from_path(&mut bytes, &path.join(name), offset, length);
            result.map(|()| bytes).map_err(|error| format!("{error:#}"))
        };
        assert_eq!(read("listed", 2, Some(3)).unwrap(), b"234");
        assert_eq!(read("listed", 8, None).unwrap(), b"89");
        assert!(read("listed", 8, Some(3)).unwrap_err().contains("listed: has 10 bytes"));
        assert!(read("listed", usize::MAX, Some(3)).is_err());
        assert!(read("other", 0, None).unwrap_err().contains("is not in `files`"));
        assert!(read("fifo", 0, None).unwrap_err().contains("fifo: is no regular file"));
    }
}
