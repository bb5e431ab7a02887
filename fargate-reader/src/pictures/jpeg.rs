//! The end of a JPEG. Decoders fill what is missing of a file with grey, so that a broken upload would look like a picture.

const END: u8 = 0xd9;
const SCAN: u8 = 0xda;

/// Returns true if the bytes contain a JPEG up to its end. More may follow: cameras append further data.
pub(super) fn is_complete(bytes: &[u8]) -> bool {
    // After the two bytes of its beginning a JPEG is a row of segments, and after some of them compressed data.
    let mut rest = bytes.get(2..).unwrap_or_default();
    while let Some((marker, after)) = next_marker(rest) {
        if marker == END {
            return true;
        }
        let Some(segment) = after.first_chunk::<2>() else { return false };
        let Some(next) = after.get(usize::from(u16::from_be_bytes(*segment)).max(2)..) else { return false };
        rest = if marker == SCAN { skip_data(next) } else { next };
    }
    false
}

/// Returns the marker at the beginning, after fill bytes, and what follows it.
fn next_marker(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let (first, rest) = bytes.split_first()?;
    let start = rest.iter().position(|byte| *byte != 0xff)?;
    (*first == 0xff).then(|| (rest[start], &rest[start + 1..]))
}

/// Returns the rest from the next marker on. A zero after 0xff belongs to the data, and so do restart markers.
fn skip_data(bytes: &[u8]) -> &[u8] {
    let is_marker = |pair: &[u8]| pair[0] == 0xff && !matches!(pair[1], 0 | 0xd0..=0xd7 | 0xff);
    let found = bytes.windows(2).position(is_marker);
    found.map_or(&[], |at| &bytes[at..])
}

#[cfg(test)]
mod tests {
    use super::is_complete;

    #[test]
    fn a_jpeg_is_complete_up_to_its_end_marker() {
        let segment = [0xff, 0xe1, 0, 6, 0xff, 0xd9, 0xff, 0xd9];
        let scan = [0xff, 0xda, 0, 3, 1, 7, 0xff, 0, 8, 0xff, 0xd3, 9];
        let begin = [[0xff, 0xd8].as_slice(), &segment, &scan].concat();
        assert!(!is_complete(&begin), "the end marker in the segment is that of a thumbnail");
        let whole = [begin.as_slice(), &scan, &[0xff, 0xff, 0xd9]].concat();
        assert!(is_complete(&whole) && is_complete(&[whole.as_slice(), b"a film"].concat()));
        for length in 0..whole.len() {
            assert!(!is_complete(&whole[..length]), "{length}");
        }
        assert!(!is_complete(&[0xff, 0xd8, 0xff, 0xe1, 0, 0]) && !is_complete(&[0xff, 0xd8, 0, 0, 0xff, 0xd9]));
    }
}
