//! A real model names real photographs.

use anyhow::{Context, Result, ensure};
use lambda_inference::model::ModelStore;

use crate::references;

/// Photographs, and parts of the names that are right for each.
const PHOTOGRAPHS: [(&str, &[&str]); 4] = [
    ("camera.png", &["tripod"]),
    ("chelsea.png", &["cat"]),
    ("coffee.png", &["espresso", "cup"]),
    ("rocket.jpg", &["missile"]),
];

#[test]
fn a_public_model_names_what_is_on_photographs() -> Result<()> {
    let model = ModelStore::new(references::path("pretrained/models")?).model()?;
    for (name, right) in PHOTOGRAPHS {
        let top = model.classify(&references::picture(&format!("pretrained/photographs/{name}"))?)?.top(3);
        let first = top.first().with_context(|| format!("{name}: no class"))?;
        println!("{name}: {} {:.1} %", first.class, first.probability * 100.0);
        ensure!(right.iter().any(|right| first.class.contains(right)), "{name}: {top:?}");
    }
    Ok(())
}
