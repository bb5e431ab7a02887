//! A body of type `application/x-www-form-urlencoded`: a form, or text that was sent under that type unasked, as
//! `curl -d 'Hello'` does. It knows nothing of events and answers.

use std::str::Utf8Error;

use percent_encoding::percent_decode;

/// What such a body brings.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Body<'a> {
    /// A form with a field `text`.
    Form(Form),
    /// No such form: the body itself, byte for byte.
    Text(&'a str),
}

/// The fields of a form that mean something here. Others are ignored: browsers add the button that was pressed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Form {
    pub(super) text: String,
    /// None when it was left empty.
    pub(super) author: Option<String>,
    /// None when it was left empty.
    pub(super) event: Option<String>,
}

/// Why a body cannot be understood.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {fault}")]
pub(super) struct FormError {
    /// `body` if the body is no form.
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

/// Reads a body as the URL standard reads forms: a `#` is a character like any other, and so is a raw space.
pub(super) fn read(body: &[u8]) -> Result<Body<'_>, FormError> {
    let mut values = [const { None }; FIELDS.len()];
    for piece in body.split(|byte| *byte == b'&') {
        // Forms have a `=` in each piece. Without one, `text` is a word that somebody posts.
        let Some(equals) = piece.iter().position(|byte| *byte == b'=') else { continue };
        let Some((name, value)) = form_urlencoded::parse(piece).next() else { continue };
        let Some(index) = FIELDS.iter().position(|field| *field == name) else { continue };
        // The parser has put U+FFFD wherever there is no UTF-8.
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
    // Browsers send CRLF for the line breaks that somebody typed.
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
            Body::Text(text) => panic!("{body:?} was read as the text {text:?}"),
        }
    }

    fn author(body: &str) -> Option<String> {
        form(body).1
    }

    #[test]
    fn a_form_is_read_as_the_url_standard_says() {
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
    fn line_breaks_that_somebody_typed_are_newlines() {
        assert_eq!(form("text=one%0D%0Atwo%0D%0A").0, "one\ntwo\n");
    }

    #[test]
    fn fields_that_are_empty_or_unknown_are_as_if_they_were_not_there() {
        assert_eq!(form("text=x&author=+&event=&send=Post&send=Post"), ("x".to_owned(), None, None));
        assert_eq!(form("text=x&author=+ann+&event=e-1"), ("x".to_owned(), Some("ann".into()), Some("e-1".into())));
        assert_eq!(form("text=x&unknown=%FF").0, "x");
    }

    #[test]
    fn what_is_no_form_is_the_text_itself() {
        for body in ["Hello", "Hello from EFS!", "Fish & chips", "author=bob", "1+1=2", "text", "100%25\r\n", ""] {
            assert_eq!(read(body.as_bytes()), Ok(Body::Text(body)));
        }
    }

    #[test]
    fn a_field_that_is_there_twice_is_named() {
        for (body, field) in [("text=a&text=b", "text"), ("text=a&author=&author=b", "author")] {
            assert_eq!(read(body.as_bytes()), Err(FormError { field, fault: Fault::Twice }), "{body}");
        }
    }

    #[test]
    fn bytes_that_are_no_utf_8_are_named_with_their_place() {
        for (body, problem) in [
            (&b"text=caf%E9"[..], "text: is not UTF-8 at byte 3"),
            (b"text=x&author=\xff", "author: is not UTF-8 at byte 0"),
            (b"caf\xe9", "body: is not UTF-8 at byte 3"),
        ] {
            assert_eq!(read(body).unwrap_err().to_string(), problem);
        }
    }
}
