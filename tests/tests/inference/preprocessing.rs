//! Odd pictures become the tensors that torchvision makes of them.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use lambda_inference::model::{Preprocess, Resize, preprocess};
use serde::Deserialize;

use crate::references;

/// The largest difference of a value, in levels of 255, that a decoder without freedom may have.
const LOSSLESS: f32 = 1.0;

/// The same for JPEG and lossy WebP, whose decoders round differently.
const LOSSY: f32 = 4.0;

const MEAN: [f32; 3] = [0.485, 0.456, 0.406];
const DEVIATION: [f32; 3] = [0.229, 0.224, 0.225];

#[derive(Deserialize)]
struct Expected {
    lossless: bool,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    resize: Resize,
    crop: [u32; 2],
    tensor: String,
}

#[test]
fn odd_pictures_become_the_tensors_of_torchvision() -> Result<()> {
    let expected: BTreeMap<String, Expected> = references::document("pictures/expected.json")?;
    ensure!(expected.len() >= 40, "{} pictures", expected.len());
    let (mut faults, mut worst) = (Vec::new(), [0.0_f32; 2]);
    for (name, Expected { lossless, cases }) in &expected {
        let picture = references::picture(&format!("pictures/{name}"))?;
        for case in cases {
            let how = Preprocess { resize: case.resize, crop: case.crop, mean: MEAN, deviation: DEVIATION };
            let (largest, mean) = differences(&preprocess(&picture, &how)?.values, &tensor(&case.tensor)?)?;
            let (bound, worst) = if *lossless { (LOSSLESS, &mut worst[0]) } else { (LOSSY, &mut worst[1]) };
            *worst = worst.max(largest);
            println!("{name} {:?}: at most {largest:.2} of 255, {mean:.3} on average", case.resize);
            // A value may differ by one level and the rounding of floats.
            if largest > bound + 0.01 {
                faults.push(format!("{name} {:?}: {largest:.2}", case.resize));
            }
        }
    }
    println!("lossless: at most {:.2} of 255; lossy: {:.2}", worst[0], worst[1]);
    ensure!(faults.is_empty(), "these differ by more levels of 255 than they may: {faults:#?}");
    Ok(())
}

fn tensor(name: &str) -> Result<Vec<f32>> {
    let bytes = fs_err::read(references::path(&format!("pictures/{name}"))?)?;
    Ok(bytes.chunks_exact(4).map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]])).collect())
}

/// Returns the largest and the mean difference, in levels of 255.
fn differences(found: &[f32], expected: &[f32]) -> Result<(f32, f32)> {
    ensure!(found.len() == expected.len(), "{} values, expected {}", found.len(), expected.len());
    let plane = found.len() / 3;
    let levels =
        (0..found.len()).map(|place| (found[place] - expected[place]).abs() * DEVIATION[place / plane] * 255.0);
    let (largest, sum) = levels.fold((0.0_f32, 0.0_f32), |(largest, sum), level| (largest.max(level), sum + level));
    Ok((largest, sum / found.len() as f32))
}
