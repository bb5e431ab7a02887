//! Names and values, as a query and a form have them.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use percent_encoding::percent_decode;

use crate::error::ApiError;

/// The parameters of a request. Those that nobody asks for are ignored: clients add their own against caches.
#[derive(Debug)]
pub(crate) struct Parameters(Vec<u8>);

impl Parameters {
    /// Parses `application/x-www-form-urlencoded`, as the URL standard does.
    pub(super) fn new(encoded: &[u8]) -> Self {
        Self(encoded.to_vec())
    }

    /// Whether there is a parameter of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.named(name).next().is_some()
    }

    /// The value of a parameter; nothing when it was not sent.
    ///
    /// # Errors
    /// What is wrong with it: it was sent twice, or is not UTF-8.
    pub(super) fn value(&self, name: &str) -> Result<Option<String>, Malformed> {
        let mut named = self.named(name);
        let Some((encoded, value)) = named.next() else { return Ok(None) };
        if named.next().is_some() {
            return Err(Malformed::Repeated(format!("{name}: was sent more than once")));
        }
        // The parser puts U+FFFD for what is not UTF-8; whoever wants to may write that character.
        let decoded = percent_decode(encoded).decode_utf8();
        decoded.map_err(|error| Malformed::NotUtf8(format!("{name}: is not UTF-8: {error}")))?;
        Ok(Some(value))
    }

    /// The value of a parameter of a query.
    ///
    /// # Errors
    /// When it was sent twice, or is not UTF-8.
    pub(super) fn get(&self, name: &str) -> Result<Option<String>, ApiError> {
        let message = |(Malformed::Repeated(message) | Malformed::NotUtf8(message))| ApiError::parameter(message);
        self.value(name).map_err(message)
    }

    /// The pairs of this name: each as it was sent, and its value.
    fn named(&self, name: &str) -> impl Iterator<Item = (&[u8], String)> {
        self.0.split(|byte| *byte == b'&').filter_map(move |encoded| {
            let (found, value) = form_urlencoded::parse(encoded).next()?;
            (found == name).then(|| (encoded, value.into_owned()))
        })
    }
}

/// What is wrong with a parameter, by name.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Malformed {
    Repeated(String),
    NotUtf8(String),
}

/// The parameters of the query.
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
    fn a_form_is_parsed_as_the_url_standard_has_it() {
        let form = Parameters::new("text=see+issue+#42%0D%0A&author=b%c3%b6b&&=x&a=1=2&%zz=%&b".as_bytes());
        let value = |name| form.value(name).unwrap();
        assert_eq!(value("text").as_deref(), Some("see issue #42\r\n"));
        assert_eq!(value("author").as_deref(), Some("böb"));
        assert_eq!((value("a").as_deref(), value("b").as_deref()), (Some("1=2"), Some("")));
        assert_eq!((value("%zz").as_deref(), value("none")), (Some("%"), None));
    }

    #[test]
    fn what_is_not_utf8_is_told_from_the_character_that_stands_for_it() {
        let form = Parameters::new("good=%EF%BF%BD&bad=%EF%BF%BD%FF".as_bytes());
        assert_eq!(form.value("good").unwrap().as_deref(), Some("\u{fffd}"));
        assert!(matches!(form.value("bad"), Err(Malformed::NotUtf8(message)) if message.starts_with("bad: ")));
    }
}
