//! Bodies of type `application/x-www-form-urlencoded`: a form, or plain text, to which `curl -d 'Hello'` gives this type.

use std::str::Utf8Error;

use percent_encoding::percent_decode;

/// A parsed body.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Body<'a> {
    /// A form with a field `text`.
    Form(Form),
    /// The body itself, byte for byte, if it is no form with a field `text`.
    Text(&'a str),
}

/// The fields of a form. Other fields are ignored, because a browser adds the button that was pressed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Form {
    pub(super) text: String,
    /// `None` if the field is missing or empty.
    pub(super) author: Option<String>,
    /// `None` if the field is missing or empty.
    pub(super) event: Option<String>,
}

/// A body that cannot be parsed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {fault}")]
pub(super) struct FormError {
    /// The name of the field; `body` if the body is no form.
    pub(super) field: &'static str,
    pub(super) fault: Fault,
}

/// The fault of a field.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Fault {
    #[error("must be given once")]
    Twice,
    #[error("is not UTF-8 at byte {}", .0.valid_up_to())]
    NotUtf8(Utf8Error),
}

const FIELDS: [&str; 3] = ["text", "author", "event"];

/// Parses a body by the URL standard for forms, in which `#` and a raw space are ordinary characters.
pub(super) fn read(body: &[u8]) -> Result<Body<'_>, FormError> {
    let mut values = [const { None }; FIELDS.len()];
    for piece in body.split(|byte| *byte == b'&') {
        // Every piece of a form has a `=`. Without it, `text` is a message.
        let Some(equals) = piece.iter().position(|byte| *byte == b'=') else { continue };
        let Some((name, value)) = form_urlencoded::parse(piece).next() else { continue };
        let Some(index) = FIELDS.iter().position(|field| *field == name) else { continue };
        // The parser replaces invalid UTF-8 by U+FFFD, so the bytes are checked here.
        let decoded: Vec<u8> = percent_decode(&piece[equals + 1..]).collect();
        std::str::from_utf8(&decoded).map_err(|error| not_utf8(FIELDS[index], error))?;
        if values[index].replace(value.into_owned()).is_some() {
            return Err(FormError { field: FIELDS[index], fault: Fault::Twice });
        }
    }
    let [Some(text), author, event] = values else {
        let whole = std::str::from_utf8(body).map_err(|error| not_utf8("body", error))?;
        return Ok(Body::Text(whole));
    };
    let author = author.map(|author| author.trim().to_owned()).filter(|author| !author.is_empty());
    // Browsers send CRLF for a line break.
    Ok(Body::Form(Form { text: text.replace("\r\n", "\n"), author, event: event.filter(|event| !event.is_empty()) }))
}

fn not_utf8(field: &'static str, error: Utf8Error) -> FormError {
    FormError { field, fault: Fault::NotUtf8(error) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(body: &str) -> (String, Option<String>, Option<String>) {
        match read(body.as_bytes()).unwrap() {
            Body::Form(Form { text, author, event }) => (text, author, event),
            Body::Text(text) => panic!("{body:?} was parsed as the text {text:?}"),
        }
    }

    fn author(body: &str) -> Option<String> {
        form(body).1
    }

    #[test]
    fn a_form_is_parsed_by_the_url_standard() {
        for (body, text) in [
            ("text=see+issue+#42&author=bob", "see issue #42"),
            ("text=raw space&x=1", "raw space"),
            ("text=caf%C3%A9%20%26%20tea%3D1", "caf\u{e9} & tea=1"),
            ("text=caf\u{e9}", "caf\u{e9}"),
            ("text=100%&author=x", "100%"),
            ("text=a=b", "a=b"),
            ("te%78t=named+by+escapes", "named by escapes"),
            ("&&text=between+nothing&", "between nothing"),
            ("text=real+%EF%BF%BD", "real \u{fffd}"),
            ("text=", ""),
        ] {
            assert_eq!(form(body).0, text, "{body}");
        }
        assert_eq!(author("text=see+issue+#42&author=bob").as_deref(), Some("bob"));
    }

    #[test]
    fn line_breaks_are_newlines() {
        assert_eq!(form("text=one%0D%0Atwo%0D%0A").0, "one\ntwo\n");
    }

    #[test]
    fn empty_and_unknown_fields_are_ignored() {
        assert_eq!(form("text=x&author=+&event=&send=Post&send=Post"), ("x".to_owned(), None, None));
        assert_eq!(form("text=x&author=+ann+&event=e-1"), ("x".to_owned(), Some("ann".into()), Some("e-1".into())));
        assert_eq!(form("text=x&unknown=%FF").0, "x");
    }

    #[test]
    fn a_body_that_is_no_form_is_text() {
        for body in ["Hello", "Hello from EFS!", "Fish & chips", "author=bob", "1+1=2", "text", "100%25\r\n", ""] {
            assert_eq!(read(body.as_bytes()), Ok(Body::Text(body)));
        }
    }

    #[test]
    fn a_field_that_is_given_twice_is_named() {
        for (body, field) in [("text=a&text=b", "text"), ("text=a&author=&author=b", "author")] {
            assert_eq!(read(body.as_bytes()), Err(FormError { field, fault: Fault::Twice }), "{body}");
        }
    }

    #[test]
    fn bytes_that_are_not_utf_8_are_named_with_their_place() {
        for (body, problem) in [
            (&b"text=caf%E9"[..], "text: is not UTF-8 at byte 3"),
            (b"text=x&author=\xff", "author: is not UTF-8 at byte 0"),
            (b"caf\xe9", "body: is not UTF-8 at byte 3"),
        ] {
            assert_eq!(read(body).unwrap_err().to_string(), problem);
        }
    }
}
