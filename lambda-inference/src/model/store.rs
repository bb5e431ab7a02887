//! The models' directory, and the model of it that is loaded.

use std::fs::File;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::current::current;
use super::load::{MANIFEST, Model};
use crate::error::{Failure, Problem};
use crate::files;

/// The time after which a model that could not be loaded is tried again.
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// The models' directory. It keeps the model in use loaded.
#[derive(Debug)]
pub struct ModelStore {
    directory: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    loaded: Option<Loaded>,
    /// The model that could not be loaded.
    failed: Option<Failed>,
    /// The reason why `current` names no model, as it was logged.
    unnamed: Option<String>,
}

#[derive(Debug)]
struct Loaded {
    version: Version,
    model: Arc<Model>,
}

/// A model that could not be loaded. It is tried again after [`RETRY_AFTER`], or when its manifest changes.
#[derive(Debug)]
struct Failed {
    version: Version,
    reason: String,
    at: Instant,
}

/// A model as it was at some time: its name, and the identity of its manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Version {
    name: String,
    manifest: Option<(u64, u64, u64, i64, i64)>,
}

impl ModelStore {
    /// Returns the store of a directory. It does not access the directory yet.
    #[must_use]
    pub fn new(directory: PathBuf) -> Self {
        Self { directory, state: Mutex::default() }
    }

    /// Returns the model in use. Loads it if `current` has changed.
    ///
    /// If the new model cannot be loaded, the one that is loaded stays in use.
    ///
    /// # Errors
    /// Returns an error if no model is loaded and none can be loaded.
    pub fn model(&self) -> Result<Arc<Model>, Failure> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Err(failure) = self.refresh(&mut state)
            && state.loaded.is_none()
        {
            return Err(failure);
        }
        state.loaded.as_ref().map(|loaded| Arc::clone(&loaded.model)).ok_or_else(|| self.missing())
    }

    fn refresh(&self, state: &mut State) -> Result<(), Failure> {
        let version = match self.version() {
            Ok(version) => version,
            Err(failure) => {
                let reason = failure.to_string();
                if state.unnamed.as_ref() != Some(&reason) {
                    tracing::error!(error = %failure, "model_not_loaded");
                    state.unnamed = Some(reason);
                }
                return Err(failure);
            }
        };
        state.unnamed = None;
        if state.loaded.as_ref().is_some_and(|loaded| loaded.version == version) {
            return Ok(());
        }
        let is_recent = |failed: &&Failed| failed.version == version && failed.at.elapsed() < RETRY_AFTER;
        if let Some(failed) = state.failed.as_ref().filter(is_recent) {
            return Err(Failure::new(Problem::ModelInvalid, failed.reason.clone()));
        }
        match Model::load(&self.directory, &version.name) {
            Ok(model) => {
                let load_ms = u64::try_from(model.load_time().as_millis()).unwrap_or(u64::MAX);
                tracing::info!(model = model.name(), bytes = model.bytes(), load_ms, "model_loaded");
                *state = State { loaded: Some(Loaded { version, model: Arc::new(model) }), ..State::default() };
                Ok(())
            }
            Err(failure) => {
                tracing::error!(error = %failure, "model_not_loaded");
                state.failed = Some(Failed { version, reason: failure.to_string(), at: Instant::now() });
                Err(failure)
            }
        }
    }

    /// Returns the version of the model in use.
    fn version(&self) -> Result<Version, Failure> {
        let failed = |error: io::Error| Failure::new(Problem::VolumeError, error.to_string());
        let models = files::directory(&self.directory).map_err(failed)?.ok_or_else(|| self.missing())?;
        let name = current(&models).map_err(failed)?.ok_or_else(|| self.missing())?;
        let path = self.directory.join(&name);
        let directory = files::directory(&path).map_err(failed)?;
        let manifest =
            directory.map(|directory| files::open(&directory, MANIFEST)).transpose().map_err(failed)?.flatten();
        let manifest = manifest.as_ref().map(identity).transpose().map_err(failed)?;
        Ok(Version { name, manifest })
    }

    fn missing(&self) -> Failure {
        let directory = self.directory.display();
        Failure::new(Problem::ModelMissing, format!("there is no model: {directory}/current names none"))
    }
}

fn identity(file: &File) -> io::Result<(u64, u64, u64, i64, i64)> {
    let metadata = file.metadata()?;
    Ok((metadata.dev(), metadata.ino(), metadata.len(), metadata.mtime(), metadata.mtime_nsec()))
}
