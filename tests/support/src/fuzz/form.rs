//! The text of a message in the body of a form, found in the plainest way. Parsers are compared with it.

/// Returns the text of a message in a body of type `application/x-www-form-urlencoded`: the field `text`, or the whole body if
/// there is no such field. `None` if the text is invalid or is given twice.
#[must_use]
pub fn form_text(body: &[u8]) -> Option<String> {
    let value = |piece: &[u8]| {
        let equals = piece.iter().position(|byte| *byte == b'=')?;
        (decoded(&piece[..equals]) == b"text").then(|| decoded(&piece[equals + 1..]))
    };
    let mut texts = body.split(|byte| *byte == b'&').filter_map(value);
    match (texts.next(), texts.next()) {
        (None, _) => String::from_utf8(body.to_vec()).ok(),
        (Some(text), None) => Some(String::from_utf8(text).ok()?.replace("\r\n", "\n")),
        (Some(_), Some(_)) => None,
    }
}

fn decoded(mut encoded: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    while let Some((first, rest)) = encoded.split_first() {
        let hex = || u8::from_str_radix(std::str::from_utf8(rest.get(..2)?).ok()?, 16).ok();
        let code = if *first == b'%' && rest.first() != Some(&b'+') { hex() } else { None };
        bytes.push(code.unwrap_or(if *first == b'+' { b' ' } else { *first }));
        encoded = if code.is_some() { &rest[2..] } else { rest };
    }
    bytes
}
