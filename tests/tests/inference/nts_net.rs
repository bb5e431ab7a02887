//! NTS-Net with random weights answers as it does in PyTorch.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use lambda_inference::model::ModelStore;
use serde::Deserialize;

use crate::references;

/// The largest difference of a probability.
const TOLERANCE: f32 = 1e-3;

/// The same for noise: there, a random network amplifies each pixel that the two resizers round differently.
const NOISE_TOLERANCE: f32 = 2e-3;

#[derive(Deserialize)]
struct Expected {
    pictures: BTreeMap<String, Answer>,
}

#[derive(Deserialize)]
struct Answer {
    label: String,
    top: Vec<(usize, f32)>,
}

#[test]
fn the_classes_and_probabilities_are_those_of_pytorch() -> Result<()> {
    let expected: Expected = references::document("ntsnet/expected.json")?;
    let model = ModelStore::new(references::path("ntsnet/models")?).model()?;
    println!("loaded {} MB in {:.2} s", model.bytes() / 1_000_000, model.load_time().as_secs_f64());
    let mut faults = Vec::new();
    for (name, expected) in &expected.pictures {
        let top = model.classify(&references::picture(&format!("ntsnet/pictures/{name}"))?)?.top(expected.top.len());
        let first = top.first().with_context(|| format!("{name}: no class"))?;
        ensure!(first.class == expected.label, "{name}: {first:?}, PyTorch says {}", expected.label);
        let mut worst = 0.0_f32;
        for (class, (number, probability)) in top.iter().zip(&expected.top) {
            ensure!(class.class == format!("{:03}.random", number + 1), "{name}: {class:?} in place of class {number}");
            worst = worst.max((class.probability - probability).abs());
        }
        println!("{name}: a probability differs by at most {worst:.6}");
        let tolerance = if name == "noise.png" { NOISE_TOLERANCE } else { TOLERANCE };
        if worst > tolerance {
            faults.push(format!("{name}: {worst}"));
        }
    }
    ensure!(faults.is_empty(), "these probabilities differ too much: {faults:?}");
    Ok(())
}
