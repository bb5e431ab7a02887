//! Loads a model: checks its files and makes its networks ready.

use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::bail;
use pictures::RgbImage;
use sha2::{Digest, Sha256};
use tract_onnx::prelude::TractResult;

use super::classes::Answer;
use super::listed;
use super::manifest::{Kind, MAX_MANIFEST_BYTES, Manifest};
use super::network::Network;
use super::nts_net::NtsNet;
use super::preprocess::{Tensor, preprocess};
use crate::error::{Failure, Problem};
use crate::files;

/// The name of the manifest.
pub(super) const MANIFEST: &str = "model.json";

/// The number of bytes that are read at once to compute a digest.
const PIECE: usize = 1024 * 1024;

/// A model that is ready to classify pictures.
#[derive(Debug)]
pub struct Model {
    name: String,
    manifest: Manifest,
    networks: Networks,
    bytes: u64,
    took: Duration,
    is_used: AtomicBool,
}

#[derive(Debug)]
enum Networks {
    Classifier(Network),
    NtsNet(Box<NtsNet>),
}

impl Model {
    /// Loads the model in the directory `name` of `models`, and checks the digest of each file before it is used.
    ///
    /// # Errors
    /// Returns an error that names the file if one is missing, damaged or of another kind, or if the volume fails.
    pub fn load(models: &Path, name: &str) -> Result<Self, Failure> {
        let began = Instant::now();
        let path = models.join(name);
        let invalid = |fault: String| Failure::new(Problem::ModelInvalid, format!("model {name}: {fault}"));
        let volume = |error: io::Error| invalid(error.to_string());
        let directory = files::directory(&path).map_err(volume)?;
        let directory = directory.ok_or_else(|| invalid("there is no such directory".to_owned()))?;
        let manifest = files::open(&directory, MANIFEST).map_err(volume)?;
        let manifest = manifest.ok_or_else(|| invalid(format!("lacks {MANIFEST}")))?;
        let manifest =
            Manifest::parse(&files::read(&manifest, MAX_MANIFEST_BYTES).map_err(volume)?).map_err(invalid)?;
        let checked = check_files(&directory, &manifest).map_err(invalid)?;
        let networks = without_panic(|| Networks::load(&path, &manifest));
        let networks = networks.map_err(|error| invalid(format!("{error:#}")))?;
        networks.check(&manifest).map_err(invalid)?;
        if check_unchanged(&directory, &checked).is_err() {
            return Err(invalid("a file was replaced while it was loaded".to_owned()));
        }
        let bytes = checked.iter().map(|file| file.length).sum();
        Ok(Self {
            name: name.to_owned(),
            manifest,
            networks,
            bytes,
            took: began.elapsed(),
            is_used: AtomicBool::new(false),
        })
    }

    /// Classifies a picture.
    ///
    /// # Errors
    /// Returns an error if the picture is too narrow for the preprocessing, or if a network fails.
    pub fn classify(&self, picture: &RgbImage) -> Result<Answer, Failure> {
        let failed = |fault: String| Failure::new(Problem::ModelFailed, format!("model {}: {fault}", self.name));
        let input = preprocess(picture, &self.manifest.preprocess)
            .map_err(|error| Failure::in_field(Problem::PictureInvalid, "picture", error))?;
        let output = without_panic(|| self.networks.run(&input)).map_err(|error| failed(format!("{error:#}")))?;
        Answer::new(&output, &self.manifest).map_err(failed)
    }

    /// Returns true the first time that it is called. The first classification takes longer than the others.
    pub(crate) fn is_first_use(&self) -> bool {
        !self.is_used.swap(true, Ordering::Relaxed)
    }

    /// Returns the name of the model's directory.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the manifest.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Returns the time that loading took.
    #[must_use]
    pub fn load_time(&self) -> Duration {
        self.took
    }

    /// Returns the size of the model's files, in bytes.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }
}

impl Networks {
    fn load(directory: &Path, manifest: &Manifest) -> TractResult<Self> {
        let [width, height] = manifest.preprocess.crop.map(|side| side as usize);
        let loader = listed::loader(directory, manifest)?;
        Ok(match manifest.kind {
            Kind::Classifier => {
                let path = directory.join(manifest.kind.networks().concat());
                let network = Network::load(&loader, &path, &[1, 3, height, width])?;
                network.check_outputs()?;
                Self::Classifier(network)
            }
            Kind::NtsNet => Self::NtsNet(Box::new(NtsNet::load(&loader, directory)?)),
        })
    }

    /// Checks that there is a label for each class.
    fn check(&self, manifest: &Manifest) -> Result<(), String> {
        let classes = match self {
            Self::Classifier(network) => network.classes(),
            Self::NtsNet(networks) => networks.classes(),
        };
        let labels = manifest.labels.len();
        match classes.filter(|classes| *classes != labels) {
            Some(classes) => Err(format!("the network has {classes} classes, and model.json {labels} labels")),
            None => Ok(()),
        }
    }

    fn run(&self, input: &Tensor) -> TractResult<Vec<f32>> {
        match self {
            Self::Classifier(network) => {
                let outputs = network.run(&[1, 3, input.height, input.width], &input.values)?;
                Ok(outputs.into_iter().next().unwrap_or_default())
            }
            Self::NtsNet(networks) => networks.run(input),
        }
    }
}

/// Runs the engine, which panics on some networks that it cannot process.
fn without_panic<T>(run: impl FnOnce() -> TractResult<T>) -> TractResult<T> {
    // What the engine leaves behind is dropped with the model, or computed anew with the next picture.
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
        bail!("the engine panicked: {}", text.unwrap_or("without a reason"))
    })
}

/// A file whose digest was checked.
struct Checked {
    name: String,
    identity: (u64, u64, i64, i64),
    length: u64,
}

impl Checked {
    fn of(name: &str, file: &File) -> io::Result<Self> {
        let metadata = file.metadata()?;
        let identity = (metadata.dev(), metadata.ino(), metadata.mtime(), metadata.mtime_nsec());
        Ok(Self { name: name.to_owned(), identity, length: metadata.len() })
    }
}

/// Checks the digest of each file.
fn check_files(directory: &File, manifest: &Manifest) -> Result<Vec<Checked>, String> {
    let check = |(name, expected): (&String, &String)| {
        let failed = |error: io::Error| format!("{name}: {error}");
        let file = files::open(directory, name).map_err(|error| error.to_string())?;
        let file = file.ok_or_else(|| format!("lacks {name}"))?;
        let found = digest(&file).map_err(failed)?;
        if found != *expected {
            return Err(format!("{name}: has the SHA-256 {found}, and model.json says {expected}"));
        }
        Checked::of(name, &file).map_err(failed)
    };
    manifest.files.iter().map(check).collect()
}

/// Checks that each name still leads to the file that was checked.
fn check_unchanged(directory: &File, checked: &[Checked]) -> io::Result<()> {
    for before in checked {
        let now = files::open(directory, &before.name)?.ok_or(io::ErrorKind::NotFound)?;
        let now = Checked::of(&before.name, &now)?;
        if (now.identity, now.length) != (before.identity, before.length) {
            return Err(io::ErrorKind::InvalidData.into());
        }
    }
    Ok(())
}

fn digest(mut file: &File) -> io::Result<String> {
    let (mut hasher, mut piece) = (Sha256::new(), vec![0; PIECE]);
    loop {
        match file.read(&mut piece)? {
            0 => return Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()),
            read => hasher.update(&piece[..read]),
        }
    }
}
