//! Rendered HTML.

use axum::body::Bytes;

use super::piece::Piece;

/// Rendered HTML, in the form of a page and in the form of a JSON string.
#[derive(Debug, Clone)]
pub(crate) struct Html {
    pub(crate) text: Piece,
    /// The content of a JSON string, without the quotes around it.
    pub(crate) escaped: Piece,
}

impl Html {
    /// Returns the HTML without the first `part`.
    pub(crate) fn without(self, part: &str) -> Self {
        String::from_utf8_lossy(self.text.plain()).replacen(part, "", 1).into()
    }
}

impl From<String> for Html {
    fn from(html: String) -> Self {
        let quoted = Bytes::from(serde_json::Value::from(html.as_str()).to_string());
        Self { text: html.into(), escaped: quoted.slice(1..quoted.len() - 1).into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_is_escaped_for_json() {
        let html = Html::from("<p>\"ü\"\n</p>".to_owned());
        assert_eq!(
            (&html.text.plain()[..], &html.escaped.plain()[..]),
            ("<p>\"ü\"\n</p>".as_bytes(), r#"<p>\"ü\"\n</p>"#.as_bytes())
        );
    }
}
