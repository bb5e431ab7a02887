//! The paths of pictures.

use shared_volume::message::{Picture, PictureSize};

/// The path of all pictures.
pub(crate) const PICTURES: &str = "/pictures/";

/// Returns the path of a picture.
pub(crate) fn picture(picture: &Picture, size: PictureSize) -> String {
    format!("{PICTURES}{}", picture.file(size))
}
