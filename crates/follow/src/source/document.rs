//! The envelope in which a wall and `lambda-writer` publish a configuration.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::fault::{Fault, Kind};

/// The largest document, in bytes.
pub(super) const MAX_BYTES: u64 = 256 << 10;

/// The fields that only an envelope has. A person may edit the file and leave the envelope out.
const MARKS: [&str; 4] = ["generation", "config", "cause", "published_at"];

/// A published configuration. Other fields of the envelope are of no concern here.
#[derive(Deserialize)]
struct Envelope<'a> {
    generation: u64,
    #[serde(borrow)]
    config: &'a RawValue,
}

/// Returns the document as it was published, and its generation if it has an envelope.
pub(super) fn unwrap(bytes: &[u8]) -> Result<(Vec<u8>, Option<u64>), Fault> {
    let invalid = |error: serde_json::Error| Fault::new(Kind::DocumentInvalid, format!("no JSON document: {error}"));
    let value: serde_json::Value = serde_json::from_slice(bytes).map_err(invalid)?;
    let Some(fields) = value.as_object() else {
        return Err(Fault::new(Kind::DocumentInvalid, "no JSON object"));
    };
    let (document, generation) = if MARKS.iter().any(|mark| fields.contains_key(*mark)) {
        let wrong = |error: serde_json::Error| Fault::new(Kind::DocumentInvalid, format!("the envelope: {error}"));
        let envelope: Envelope<'_> = serde_json::from_slice(bytes).map_err(wrong)?;
        (envelope.config.get().as_bytes(), Some(envelope.generation))
    } else {
        (bytes.trim_ascii(), None)
    };
    let mut document = document.to_vec();
    document.push(b'\n');
    Ok((document, generation))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_is_taken_out_of_its_envelope_byte_for_byte() {
        let (document, generation) = unwrap(br#"{"generation":7,"cause":{},"config":{"b":1.0, "a":2}}"#).unwrap();
        assert_eq!((document.as_slice(), generation), (&b"{\"b\":1.0, \"a\":2}\n"[..], Some(7)));
        let (document, generation) = unwrap(b" {\"title\":\"x\"}\n").unwrap();
        assert_eq!((document.as_slice(), generation), (&b"{\"title\":\"x\"}\n"[..], None));
    }

    #[test]
    fn half_an_envelope_and_what_is_no_document_are_refused() {
        for text in
            ["", "[]", "{", "{\"generation\":1}", "{\"config\":{}}", "{\"generation\":-1,\"config\":{}}", "\u{feff}{}"]
        {
            assert_eq!(unwrap(text.as_bytes()).unwrap_err().kind, Kind::DocumentInvalid, "{text}");
        }
    }
}
