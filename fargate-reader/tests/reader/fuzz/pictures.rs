//! Pictures: the bytes of files in the formats that the reader decodes.

use image::ImageFormat;
use pictures::{MAX_SIDE, decode, decode_scaled};
use support::fuzz::{Fuzzer, Input, Verdict};

use crate::uploads::{encoded, red_and_blue};

/// The longest side of the pictures that are scaled down, in pixels.
const LONGEST: u32 = 12;

#[test]
fn any_file_is_a_picture_within_the_limits_or_refused_with_a_reason() {
    let formats = [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP];
    let pictures = [red_and_blue(16, 8), red_and_blue(3, 40)];
    let mut seeds: Vec<_> =
        formats.iter().flat_map(|format| pictures.iter().map(|one| encoded(one, *format))).collect();
    seeds.push(include_bytes!("../cmyk.jpg").to_vec());
    let words = ["IHDR", "IDAT", "IEND", "Exif\0\0II*\0", "VP8 ", "VP8L", "VP8X", "RIFF", "WEBP", "GIF89a"];
    Fuzzer::new("pictures", seeds).words(words).run(check);
}

fn check(input: &Input) -> Verdict {
    let scaled = decode_scaled(&input.bytes, LONGEST);
    if let Ok(picture) = &scaled {
        let sides = [picture.width(), picture.height()];
        assert!(sides.iter().all(|side| (1..=LONGEST).contains(side)), "{sides:?}");
    }
    match decode(&input.bytes) {
        Ok(picture) => {
            assert!(scaled.is_ok(), "the same picture is not scaled: {scaled:?}");
            assert!(picture.width().max(picture.height()) <= MAX_SIDE);
            Verdict::Accepted
        }
        Err(reason) => {
            let reason = reason.to_string();
            assert!((10..1000).contains(&reason.len()), "{reason}");
            Verdict::Refused
        }
    }
}
