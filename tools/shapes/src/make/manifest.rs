//! The file `model.json` of a model directory.

use std::collections::BTreeMap;

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::preprocess::{DEVIATION, MEAN, SIDE};

/// The name of the manifest.
pub(super) const FILE: &str = "model.json";

/// The name of the network's file.
pub(super) const ONNX_FILE: &str = "model.onnx";

#[derive(Serialize)]
struct Manifest<'a> {
    kind: &'static str,
    files: BTreeMap<&'static str, String>,
    preprocess: Preprocess,
    output: &'static str,
    labels: &'a [String],
    answer_field: &'static str,
    source: &'a str,
}

#[derive(Serialize)]
struct Preprocess {
    resize: [usize; 2],
    crop: [usize; 2],
    mean: [f32; 3],
    deviation: [f32; 3],
}

/// Returns the text of the manifest of a network.
pub(super) fn json(onnx: &[u8], labels: &[String], source: &str) -> String {
    let digest: String = Sha256::digest(onnx).iter().map(|byte| format!("{byte:02x}")).collect();
    let manifest = Manifest {
        kind: "classifier",
        files: BTreeMap::from([(ONNX_FILE, digest)]),
        preprocess: Preprocess { resize: [SIDE; 2], crop: [SIDE; 2], mean: [MEAN; 3], deviation: [DEVIATION; 3] },
        output: "logits",
        labels,
        answer_field: "shape",
        source,
    };
    format!("{:#}\n", serde_json::json!(manifest))
}
