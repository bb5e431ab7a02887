//! The parameters of a query or a form.

use std::convert::Infallible;
use std::str::Utf8Error;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use percent_encoding::percent_decode;

use crate::doors::error::ApiError;

/// The parameters of a query or a form. Unknown ones are ignored: clients add their own to bypass caches.
#[derive(Debug)]
pub(in crate::doors) struct Parameters(Vec<u8>);

impl Parameters {
    /// Wraps a query, which is `application/x-www-form-urlencoded` text. It is parsed as the URL standard describes.
    pub(super) fn new(encoded: &[u8]) -> Self {
        Self(encoded.to_vec())
    }

    /// Wraps the body of a form. Each of its fields has a `=`: without one, `text` is a message that curl sends.
    pub(super) fn of_form(body: &[u8]) -> Self {
        let fields: Vec<&[u8]> = body.split(|byte| *byte == b'&').filter(|field| field.contains(&b'=')).collect();
        Self(fields.join(&b'&'))
    }

    /// Returns true if there is a parameter of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.named(name).next().is_some()
    }

    /// Returns the value of a parameter, or `None` if it was not sent.
    ///
    /// # Errors
    /// Returns an error if it was sent more than once, or is not UTF-8.
    pub(super) fn value(&self, name: &str) -> Result<Option<String>, Malformed> {
        let mut named = self.named(name);
        let Some((encoded, value)) = named.next() else { return Ok(None) };
        if named.next().is_some() {
            return Err(Malformed::Repeated);
        }
        // The parser replaces invalid UTF-8 by U+FFFD, which a client may also send itself.
        let decoded = percent_decode(encoded).decode_utf8();
        decoded.map_err(Malformed::NotUtf8)?;
        Ok(Some(value))
    }

    /// Returns the value of a parameter of the query, or `None` if it was not sent.
    ///
    /// # Errors
    /// Returns `parameter_invalid` if it was sent more than once, or is not UTF-8.
    pub(super) fn get(&self, name: &'static str) -> Result<Option<String>, ApiError> {
        self.value(name).map_err(|malformed| ApiError::parameter(name, &malformed.to_string()))
    }

    /// Returns the pairs of this name, each as it was sent, with its decoded value.
    fn named(&self, name: &str) -> impl Iterator<Item = (&[u8], String)> {
        self.0.split(|byte| *byte == b'&').filter_map(move |encoded| {
            let (found, value) = form_urlencoded::parse(encoded).next()?;
            (found == name).then(|| (encoded, value.into_owned()))
        })
    }
}

/// The fault of a parameter.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Malformed {
    #[error("was sent more than once")]
    Repeated,
    #[error("is not UTF-8: {0}")]
    NotUtf8(Utf8Error),
}

// The parameters of the query.
impl<S: Sync> FromRequestParts<S> for Parameters {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::new(parts.uri.query().unwrap_or_default().as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_parsed_as_the_url_standard_describes() {
        let form = Parameters::new("text=see+issue+#42%0D%0A&author=b%c3%b6b&&=x&a=1=2&%zz=%&b".as_bytes());
        let value = |name| form.value(name).unwrap();
        assert_eq!(value("text").as_deref(), Some("see issue #42\r\n"));
        assert_eq!(value("author").as_deref(), Some("böb"));
        assert_eq!((value("a").as_deref(), value("b").as_deref()), (Some("1=2"), Some("")));
        assert_eq!((value("%zz").as_deref(), value("none")), (Some("%"), None));
    }

    #[test]
    fn invalid_utf8_is_not_confused_with_the_replacement_character() {
        let form = Parameters::new("good=%EF%BF%BD&bad=%EF%BF%BD%FF".as_bytes());
        assert_eq!(form.value("good").unwrap().as_deref(), Some("\u{fffd}"));
        assert!(matches!(form.value("bad"), Err(Malformed::NotUtf8(_))));
        assert!(form.get("bad").unwrap_err().body.message.starts_with("bad: "));
    }
}
