//! Cursors and names of pictures, which come back in requests.

use std::fmt::Display;
use std::str::FromStr;

use ::support::fuzz::{Fuzzer, Input, Verdict};
use shared_volume::message::{Picture, PictureSize};
use shared_volume::wall::Cursor;

/// The longest error, in bytes: an error repeats only the beginning of what was sent.
const MAX_ERROR_BYTES: usize = 1200;

/// Parses the input. Checks that a parsed value is equal after formatting and parsing, and that an error is short.
fn check<T: FromStr<Err: Display> + Display + PartialEq>(input: &Input) -> Verdict {
    let text = String::from_utf8_lossy(&input.bytes);
    match text.parse::<T>() {
        Ok(parsed) => {
            let again = parsed.to_string();
            assert!(again.parse::<T>().is_ok_and(|again| again == parsed), "{again:?} is another one");
            Verdict::Accepted
        }
        Err(error) => {
            let error = error.to_string();
            assert!((10..MAX_ERROR_BYTES).contains(&error.len()), "{error:?}");
            Verdict::Refused
        }
    }
}

#[test]
fn any_text_is_a_cursor_or_an_error() {
    let seeds = [
        "01KATK5XH8Z6Z7M1T2D3E4F5G6-0-0123456789abcdef",
        "7ZZZZZZZZZZZZZZZZZZZZZZZZZ-18446744073709551615-ffffffffffffffff",
        "00000000000000000000000000-4096-0000000000000000",
    ];
    Fuzzer::new("cursors", seeds).run(check::<Cursor>);
}

#[test]
fn any_cursor_is_equal_after_formatting_and_parsing() {
    Fuzzer::new("formatted cursors", ["0123456789abcdef", "\0\0\0\0\0\0\0\0", ""]).run(|input| {
        let byte = |at: usize| u128::from(input.bytes.get(at).copied().unwrap_or(0xff));
        let number = |from: usize| (from..from + 16).fold(0, |number, at| number << 8 | byte(at));
        let low = |number: u128| u64::try_from(number & u128::from(u64::MAX)).unwrap();
        let cursor = Cursor { wall: number(0).into(), position: low(number(3)), edition: low(number(5)) };
        assert_eq!(cursor.to_string().parse::<Cursor>().unwrap(), cursor);
        if input.bytes.len() < 16 { Verdict::Refused } else { Verdict::Accepted }
    });
}

#[test]
fn any_name_is_that_of_a_picture_or_an_error_and_no_name_leaves_the_directory() {
    let seeds = ["0123456789abcdef0123456789abcdef-640x480", "ffffffffffffffffffffffffffffffff-1x4096"];
    Fuzzer::new("names of pictures", seeds).words(["-small", ".jpg", "x"]).run(|input| {
        let text = String::from_utf8_lossy(&input.bytes);
        for file in [format!("{text}.jpg"), format!("{text}-small.jpg"), text.clone().into_owned()] {
            if let Some((picture, size)) = Picture::of_file(&file) {
                assert_eq!(picture.file(size), file, "a picture has one name");
                assert!(!file.contains('/') && matches!(size, PictureSize::Full | PictureSize::Small));
            }
        }
        check::<Picture>(input)
    });
}
