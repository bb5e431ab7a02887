//! The picture of a message.

use shared_volume::message::PictureSize;

use super::label::{description, label};
use super::text::printable;
use crate::follow::Message;
use crate::views::{Features, paths};

/// The longest side of the smaller copy, by which the browser chooses one of the two.
const SMALL_SIDE: u32 = 720;

/// The picture of a message, with the place of its label.
#[derive(Debug)]
pub(super) struct PictureElement {
    pub(super) full: String,
    pub(super) small: String,
    pub(super) width: u32,
    pub(super) height: u32,
    /// The width of the smaller copy.
    pub(super) small_width: u32,
    /// The alternative text.
    pub(super) text: String,
    pub(super) label: Option<String>,
}

impl PictureElement {
    /// Returns the picture of a message. `None` if it has none, or if this wall has none.
    ///
    /// # Errors
    /// Returns an error if a template fails.
    pub(super) fn of(message: &Message, features: Features) -> Result<Option<Self>, askama::Error> {
        let Some(picture) = message.picture.filter(|_| features.pictures) else { return Ok(None) };
        let found = message.label.as_deref();
        let author = message.author.as_deref();
        let place = if features.labels || found.is_some() { Some(label(&message.id, author, found)?) } else { None };
        let (width, height) = (picture.width(), picture.height());
        let small_width = (width * SMALL_SIDE).checked_div(width.max(height)).unwrap_or(width).clamp(1, width);
        let by = format!("Picture by {}", printable(author.unwrap_or("somebody")));
        Ok(Some(Self {
            full: paths::picture(&picture, PictureSize::Full),
            small: paths::picture(&picture, PictureSize::Small),
            width,
            height,
            small_width,
            text: description(found).unwrap_or(by),
            label: place,
        }))
    }
}
