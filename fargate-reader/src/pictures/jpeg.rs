//! The structure of a JPEG: what decoders do not tell.

const END: u8 = 0xd9;
const SCAN: u8 = 0xda;

/// The beginnings of frames whose coefficients are sent in several scans.
const PROGRESSIVE: [u8; 4] = [0xc2, 0xc6, 0xca, 0xce];

/// The structure of a JPEG.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Structure {
    /// True if it has its end. Decoders fill what is missing with grey, so that a broken upload would look like a picture.
    /// More may follow: cameras append further data.
    pub(super) is_complete: bool,
    /// True if all coefficients have to be in memory at once.
    pub(super) is_progressive: bool,
}

/// Reads the structure.
pub(super) fn structure(bytes: &[u8]) -> Structure {
    let mut structure = Structure::default();
    // After the two bytes of its beginning a JPEG is a row of segments, and after some of them compressed data.
    let mut rest = bytes.get(2..).unwrap_or_default();
    while let Some((marker, after)) = next_marker(rest) {
        structure.is_progressive |= PROGRESSIVE.contains(&marker);
        if marker == END {
            structure.is_complete = true;
            break;
        }
        let Some(length) = after.first_chunk::<2>() else { break };
        let Some(next) = after.get(usize::from(u16::from_be_bytes(*length)).max(2)..) else { break };
        rest = if marker == SCAN { skip_data(next) } else { next };
    }
    structure
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
    use super::{Structure, structure};

    fn is_complete(bytes: &[u8]) -> bool {
        structure(bytes).is_complete
    }

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

    #[test]
    fn a_progressive_jpeg_is_recognised() {
        let with = |marker| structure(&[0xff, 0xd8, 0xff, marker, 0, 2, 0xff, 0xd9]);
        assert_eq!(with(0xc2), Structure { is_complete: true, is_progressive: true });
        assert_eq!(with(0xc0), Structure { is_complete: true, is_progressive: false });
    }
}
