//! Classifies pictures from every source.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::time::timeout_at;
use wall_api::{Class, Timing};

use crate::error::{Failure, Problem};
use crate::fetch::fetch;
use crate::files;
use crate::model::ModelStore;
use crate::settings::{Arguments, FetchAllow};

/// The model, and the places where pictures are.
#[derive(Debug)]
pub(crate) struct Classifier {
    models: Arc<ModelStore>,
    uploads: PathBuf,
    allow: FetchAllow,
}

/// The source of a picture.
#[derive(Debug)]
pub(crate) enum Source {
    /// The bytes of the request.
    Bytes(Vec<u8>),
    /// A URL.
    Url(String),
    /// The name of a file in `uploads/`.
    File {
        /// The name.
        name: String,
        /// True if the file was announced by the wall, so that it must exist soon.
        is_expected: bool,
    },
}

/// A picture that was classified.
#[derive(Debug)]
pub(crate) struct Classification {
    /// The most probable classes.
    pub(crate) classes: Vec<Class>,
    /// The name of the model.
    pub(crate) model: String,
    /// The name of the field of the answer that contains the class.
    pub(crate) answer_field: String,
    pub(crate) timing: Timing,
}

impl Classifier {
    /// Returns a classifier with these settings. It does not access the volume yet.
    pub(crate) fn new(arguments: Arguments) -> Self {
        let Arguments { models_dir, uploads_dir, fetch_allow } = arguments;
        Self { models: Arc::new(ModelStore::new(models_dir)), uploads: uploads_dir, allow: fetch_allow }
    }

    /// Loads the model in use, so that the first picture need not wait for it. Waits until `ends`; a model that takes longer
    /// goes on loading. A failure is logged, and the model is looked for again with each event.
    pub(crate) async fn prepare(&self, ends: Instant) {
        let models = Arc::clone(&self.models);
        if let Err(failure) = blocking(ends, move || models.model().map(drop)).await {
            tracing::warn!(error = failure.problem().name(), detail = %failure, "model_not_ready");
        }
    }

    /// Classifies a picture, and returns its `top` most probable classes.
    pub(crate) async fn classify(&self, source: Source, top: usize, ends: Instant) -> Result<Classification, Failure> {
        let (bytes, field) = match source {
            Source::Bytes(bytes) => (bytes, "picture"),
            Source::Url(url) => (fetch(&url, &self.allow).await?, "url"),
            Source::File { name, is_expected } => (self.read(name, is_expected, ends).await?, "file"),
        };
        let models = Arc::clone(&self.models);
        blocking(ends, move || {
            // First the model: a thread that waits for a slow volume must not hold a decoded picture.
            let model = models.model()?;
            let began = Instant::now();
            let picture = pictures::decode(&bytes).map_err(|error| invalid(field, &error))?;
            drop(bytes);
            let decoded = Instant::now();
            let first = model.is_first_use();
            let classes = model.classify(&picture)?.top(top);
            let timing = Timing {
                load_ms: millis(model.load_time()),
                decode_ms: millis(decoded - began),
                inference_ms: millis(decoded.elapsed()),
                first,
            };
            let Timing { load_ms, decode_ms, inference_ms, first } = timing;
            tracing::info!(model = model.name(), load_ms, decode_ms, inference_ms, first, "picture_classified");
            let answer_field = model.manifest().answer_field.clone();
            Ok(Classification { classes, model: model.name().to_owned(), answer_field, timing })
        })
        .await
    }

    async fn read(&self, name: String, is_expected: bool, ends: Instant) -> Result<Vec<u8>, Failure> {
        let directory = self.uploads.clone();
        blocking(ends, move || {
            let volume = |error: std::io::Error| Failure::in_field(Problem::VolumeError, "file", error);
            if name.is_empty() || name.starts_with('.') || name.contains(['/', '\0']) {
                return Err(Failure::in_field(Problem::FileMissing, "file", "must be the name of a file in uploads/"));
            }
            let uploads = files::directory(&directory).map_err(volume)?;
            let file = uploads.map(|uploads| files::open(&uploads, &name)).transpose();
            let file = file.map_err(|error| Failure::in_field(Problem::FileMissing, "file", error))?.flatten();
            let Some(file) = file else {
                // A file that the wall has announced may not be visible to this client of NFS yet.
                let problem = if is_expected { Problem::PictureNotYet } else { Problem::FileMissing };
                return Err(Failure::in_field(problem, "file", format!("there is no file {name:?} in uploads/")));
            };
            files::read(&file, pictures::MAX_BYTES as u64).map_err(|error| match error.kind() {
                std::io::ErrorKind::FileTooLarge => Failure::in_field(Problem::PictureTooLarge, "file", error),
                _ => volume(error),
            })
        })
        .await
    }
}

/// Runs `work` on a thread for blocking calls, until the deadline.
async fn blocking<T: Send + 'static>(
    ends: Instant,
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    match timeout_at(ends.into(), tokio::task::spawn_blocking(work)).await {
        Ok(Ok(result)) => result,
        // lambda_runtime makes a function error of the panic.
        Ok(Err(error)) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Ok(Err(error)) => Err(Failure::new(Problem::VolumeError, error.to_string())),
        Err(_) => {
            Err(Failure::new(Problem::VolumeError, "the time of this invocation is up; the volume may be silent"))
        }
    }
}

fn invalid(field: &'static str, error: &pictures::InvalidPicture) -> Failure {
    let problem = match error {
        pictures::InvalidPicture::TooManyBytes(_) => Problem::PictureTooLarge,
        _ => Problem::PictureInvalid,
    };
    Failure::in_field(problem, field, error)
}

fn millis(duration: Duration) -> u32 {
    u32::try_from(duration.as_millis()).unwrap_or(u32::MAX)
}
