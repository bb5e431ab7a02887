//! The picture of a message: its name, from which its files and its size follow.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::limits::MAX_PICTURE_SIDE;

/// The name of a picture, `<32 hexadecimal digits>-<width>x<height>`.
///
/// It contains the size in pixels, so that a page knows how much room the picture takes before it is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Picture {
    id: u128,
    width: u32,
    height: u32,
}

/// The error of a name that names no picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be 32 lower-case hexadecimal digits, `-`, and the size in pixels, such as `-640x480`")]
pub struct InvalidPicture;

/// The sizes in which a picture is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PictureSize {
    /// The picture, with sides of at most [`MAX_PICTURE_SIDE`] pixels.
    Full,
    /// A smaller copy, for pages.
    Small,
}

impl Picture {
    /// Returns the name of a picture of this size in pixels. The same `parts` have the same name.
    ///
    /// # Errors
    /// Returns an error if a side has no pixel or more than [`MAX_PICTURE_SIDE`].
    pub fn named(parts: &[&[u8]], width: u32, height: u32) -> Result<Self, InvalidPicture> {
        Self { id: u128::from_be_bytes(Digest::of(parts).0), width, height }.checked()
    }

    /// Returns the width in pixels.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Returns the height in pixels.
    #[must_use]
    pub fn height(&self) -> u32 {
        self.height
    }

    /// Returns the name of the file in `uploads/`.
    #[must_use]
    pub fn file(&self, size: PictureSize) -> String {
        match size {
            PictureSize::Full => format!("{self}.jpg"),
            PictureSize::Small => format!("{self}-small.jpg"),
        }
    }

    /// Returns the picture and the size of a file in `uploads/`. `None` for other files.
    #[must_use]
    pub fn of_file(name: &str) -> Option<(Self, PictureSize)> {
        let name = name.strip_suffix(".jpg")?;
        let (name, size) = match name.strip_suffix("-small") {
            Some(name) => (name, PictureSize::Small),
            None => (name, PictureSize::Full),
        };
        Some((name.parse().ok()?, size))
    }

    fn checked(self) -> Result<Self, InvalidPicture> {
        let fits = |side: u32| (1..=MAX_PICTURE_SIDE).contains(&side);
        if fits(self.width) && fits(self.height) { Ok(self) } else { Err(InvalidPicture) }
    }
}

impl fmt::Display for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}-{}x{}", self.id, self.width, self.height)
    }
}

impl FromStr for Picture {
    type Err = InvalidPicture;

    fn from_str(name: &str) -> Result<Self, InvalidPicture> {
        let parsed = || {
            let (id, size) = name.split_once('-')?;
            let (width, height) = size.split_once('x')?;
            let id = u128::from_str_radix(id, 16).ok()?;
            Some(Self { id, width: width.parse().ok()?, height: height.parse().ok()? })
        };
        let picture = parsed().ok_or(InvalidPicture)?.checked()?;
        // A picture has one name only: no leading zeros, signs or capital letters.
        if picture.to_string() == name { Ok(picture) } else { Err(InvalidPicture) }
    }
}

impl From<Picture> for String {
    fn from(picture: Picture) -> Self {
        picture.to_string()
    }
}

impl TryFrom<String> for Picture {
    type Error = InvalidPicture;

    fn try_from(name: String) -> Result<Self, InvalidPicture> {
        name.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_form_and_stays_within_its_directory() {
        let picture = Picture::named(&[b"key", b"bytes"], 640, 480).unwrap();
        assert_eq!(picture.to_string().parse(), Ok(picture));
        for size in [PictureSize::Full, PictureSize::Small] {
            assert_eq!(Picture::of_file(&picture.file(size)), Some((picture, size)));
        }
        let digits = "0123456789abcdef0123456789abcdef";
        for other in ["", "../../etc/passwd", "x-1x1", digits] {
            assert_eq!(other.parse::<Picture>(), Err(InvalidPicture), "{other}");
        }
        for size in ["0x1", "1x0", "01x1", "+1x1", "1x1/..", "4097x1", "1x99999999999"] {
            assert_eq!(format!("{digits}-{size}").parse::<Picture>(), Err(InvalidPicture), "{size}");
        }
        assert_eq!(format!("{}-1x1", digits.to_uppercase()).parse::<Picture>(), Err(InvalidPicture));
    }
}
