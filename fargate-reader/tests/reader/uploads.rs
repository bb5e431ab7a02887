//! The uploads directory of a test, the forms that it sends, and the pictures in them.

use std::io::Cursor;
use std::path::{Path, PathBuf};

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use serde_json::Value;
use tempfile::TempDir;

/// A directory for pictures.
pub(crate) struct Directory(TempDir);

impl Directory {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    /// Returns the names of everything in it, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        let name = |entry: std::io::Result<fs_err::DirEntry>| entry.unwrap().file_name().into_string().unwrap();
        let mut names: Vec<_> = fs_err::read_dir(self.path()).unwrap().map(name).collect();
        names.sort();
        names
    }
}

/// Returns the content type and the body of a form with these fields and a file.
pub(crate) fn form(fields: &[(&str, &str)], file: &[u8]) -> (String, Vec<u8>) {
    form_with_file(fields, r#"filename="holiday.gif""#, "image/gif", file)
}

/// Returns a form whose file has this name and type.
pub(crate) fn form_with_file(fields: &[(&str, &str)], name: &str, kind: &str, file: &[u8]) -> (String, Vec<u8>) {
    let mut body = Vec::new();
    for (name, value) in fields {
        let field = format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(field.as_bytes());
    }
    let head =
        format!("--edge\r\nContent-Disposition: form-data; name=\"picture\"; {name}\r\nContent-Type: {kind}\r\n\r\n");
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(file);
    body.extend_from_slice(b"\r\n--edge--\r\n");
    ("multipart/form-data; boundary=edge".to_owned(), body)
}

/// Returns a picture whose left half is red and whose right half is blue.
pub(crate) fn red_and_blue(width: u32, height: u32) -> DynamicImage {
    let colour = |x| if x < width / 2 { Rgb([230, 20, 20]) } else { Rgb([20, 20, 230]) };
    RgbImage::from_fn(width, height, |x, _| colour(x)).into()
}

pub(crate) fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

pub(crate) fn jpeg(width: u32, height: u32) -> Vec<u8> {
    encoded(&red_and_blue(width, height), ImageFormat::Jpeg)
}

/// Adds what a phone adds: it was held on its side at a place, which is in the data that a camera calls `GPS`.
pub(crate) fn taken_by_a_phone(jpeg: &[u8]) -> Vec<u8> {
    // Two entries: the orientation, rotated by 90 degrees, and the offset of the place, whose only entry is a text.
    let entry = |tag: u16, kind: u16, count: u32, value: u32| {
        let mut entry = [tag.to_be_bytes(), kind.to_be_bytes()].concat();
        entry.extend_from_slice(&count.to_be_bytes());
        entry.extend_from_slice(&value.to_be_bytes());
        entry
    };
    let mut exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x02".to_vec();
    exif.extend(entry(0x0112, 3, 1, 6 << 16));
    exif.extend(entry(0x8825, 4, 1, 38));
    exif.extend(b"\0\0\0\0\0\x01");
    exif.extend(entry(0x001d, 2, 11, 56));
    exif.extend(b"\0\0\0\0GPS:52.5200");
    let length = u16::try_from(exif.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], &[0xff, 0xe1], &length, &exif, &jpeg[2..]].concat()
}

pub(crate) fn decoded(bytes: &[u8]) -> RgbImage {
    image::load_from_memory_with_format(bytes, ImageFormat::Jpeg).unwrap().into_rgb8()
}

/// Returns true if the colour at a place is nearly this one.
pub(crate) fn is_near(picture: &RgbImage, x: u32, y: u32, colour: [u8; 3]) -> bool {
    picture.get_pixel(x, y).0.iter().zip(colour).all(|(found, expected)| found.abs_diff(expected) < 40)
}

/// Returns the path of the picture in a message of the API.
pub(crate) fn url(message: &Value) -> String {
    message["picture"]["url"].as_str().expect("the message has a picture").to_owned()
}
