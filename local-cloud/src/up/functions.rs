//! The programs of the functions.

use std::ffi::OsString;
use std::path::Path;

use super::child::this_program;
use super::environments::FunctionProgram;
use super::logs::Logs;
use super::service::Service;
use crate::defaults::{FUNCTION_MEMORY_MB, INFERENCE_FUNCTION, INFERENCE_MEMORY_MB, MODELS};

/// The environment variable of the writer for the directory of the wall.
pub(crate) const WALL_DIR: &str = "WALL_DIR";

/// The environment variable of the writer for the readers that it tells what it has written.
const READERS: &str = "READERS";

/// The environment variable of the inference for the directory of the models, `models` on the volume.
pub(crate) const MODELS_DIR: &str = "MODELS_DIR";

/// The environment variable of the inference for the directory of the pictures, [`UPLOADS`] on the volume.
pub(crate) const UPLOADS_DIR: &str = "UPLOADS_DIR";

/// The directory of the pictures on the volume.
pub(crate) const UPLOADS: &str = "uploads";

/// Returns the program of the function that writes the wall.
pub(super) fn writer(
    service: &Service,
    volume: &Path,
    readers: String,
    logs: &Logs,
) -> anyhow::Result<FunctionProgram> {
    Ok(FunctionProgram {
        program: this_program()?,
        arguments: child("lambda-writer"),
        variables: vec![(WALL_DIR.into(), volume.into()), (READERS.into(), readers.into())],
        memory_mb: FUNCTION_MEMORY_MB,
        runtime_api: service.runtime_api.clone(),
        log: logs.writer.clone(),
    })
}

/// Returns the program of the function that classifies pictures.
pub(super) fn inference(service: &Service, volume: &Path, logs: &Logs) -> anyhow::Result<FunctionProgram> {
    Ok(FunctionProgram {
        program: this_program()?,
        arguments: child("lambda-inference"),
        variables: vec![
            (MODELS_DIR.into(), volume.join(MODELS).into()),
            (UPLOADS_DIR.into(), volume.join(UPLOADS).into()),
        ],
        memory_mb: INFERENCE_MEMORY_MB,
        runtime_api: format!("{}/functions/{INFERENCE_FUNCTION}", service.runtime_api),
        log: logs.inference.clone(),
    })
}

/// Returns the arguments of a child: a hidden subcommand of this program.
fn child(subcommand: &str) -> Vec<OsString> {
    vec![subcommand.into(), "--with-parent".into()]
}
