//! The JSON of pictures and labels.

use jiff::Timestamp;
use serde::Serialize;
use shared_volume::message::{Label, Picture, PictureSize};
use shared_volume::time::millis;

use super::paths;

/// A picture, with the paths of its files.
#[derive(Debug, Serialize)]
pub(crate) struct PictureJson {
    url: String,
    small_url: String,
    width: u32,
    height: u32,
}

impl From<Picture> for PictureJson {
    fn from(picture: Picture) -> Self {
        Self {
            url: paths::picture(&picture, PictureSize::Full),
            small_url: paths::picture(&picture, PictureSize::Small),
            width: picture.width(),
            height: picture.height(),
        }
    }
}

/// The classes of a picture, or the reason why it has none.
#[derive(Debug, Serialize)]
pub(crate) struct LabelJson<'a> {
    classes: Vec<ClassJson<'a>>,
    model: Option<&'a str>,
    took_ms: Option<u32>,
    first: bool,
    load_ms: Option<u32>,
    fault: Option<&'a str>,
    #[serde(with = "millis")]
    at: Timestamp,
}

#[derive(Debug, Serialize)]
struct ClassJson<'a> {
    class: &'a str,
    probability: f32,
}

impl<'a> From<&'a Label> for LabelJson<'a> {
    fn from(label: &'a Label) -> Self {
        let findings = &label.findings;
        let class = |(class, probability): &'a (String, f32)| ClassJson { class, probability: *probability };
        Self {
            classes: findings.classes.iter().map(class).collect(),
            model: findings.model.as_deref(),
            took_ms: findings.took_ms,
            first: findings.first,
            load_ms: findings.load_ms,
            fault: findings.fault.as_deref(),
            at: label.at,
        }
    }
}
