//! Parses JSON, YAML and TOML documents.

use mime::Mime;
use serde_json::Value;
use shared_volume::config::decode;
use shared_volume::json::distinct;

use crate::error::short;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Json,
    Yaml,
    Toml,
}

impl Format {
    /// Returns the format that the content type names, else that of the file's ending, else JSON.
    fn of(content_type: Option<&str>, file_name: &str) -> Self {
        let mime = content_type.and_then(|text| text.parse::<Mime>().ok());
        let named = mime.as_ref().and_then(|mime| match (mime.subtype().as_str(), mime.suffix()) {
            ("json", _) => Some(Self::Json),
            ("yaml" | "x-yaml" | "yml", _) => Some(Self::Yaml),
            ("toml" | "x-toml", _) => Some(Self::Toml),
            (_, Some(suffix)) if suffix == "json" => Some(Self::Json),
            (_, Some(suffix)) if suffix == "yaml" => Some(Self::Yaml),
            _ => None,
        });
        let ending = file_name.rsplit('/').next().and_then(|name| name.rsplit_once('.')).map(|(_, ending)| ending);
        named.unwrap_or(match ending.map(str::to_ascii_lowercase).as_deref() {
            Some("yaml" | "yml") => Self::Yaml,
            Some("toml") => Self::Toml,
            _ => Self::Json,
        })
    }
}

/// Parses a document by its content type or the ending of its file name.
///
/// # Errors
/// Returns the fault with its line and column.
pub fn parse(bytes: &[u8], content_type: Option<&str>, file_name: &str) -> Result<Value, String> {
    let text = decode(bytes).map_err(|error| error.problem)?;
    let parsed = match Format::of(content_type, file_name) {
        Format::Json => distinct(text).map_err(|error| format!("is no JSON: {error}")),
        Format::Yaml => yaml(text),
        Format::Toml => toml(text),
    };
    // A fault may repeat the value that is wrong.
    parsed.map_err(|fault| short(&fault).into_owned())
}

fn yaml(text: &str) -> Result<Value, String> {
    let options = serde_saphyr::options! { with_snippet: false };
    serde_saphyr::from_str_with_options(text, options).map_err(|error| format!("is no YAML: {error}"))
}

fn toml(text: &str) -> Result<Value, String> {
    toml::from_str(text).map_err(|error| {
        let place = error.span().map_or(String::new(), |span| {
            let before = text.get(..span.start).unwrap_or(text);
            let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
            let line = before.matches('\n').count() + 1;
            format!(" at line {line} column {}", before[line_start..].chars().count() + 1)
        });
        format!("is no TOML: {}{place}", error.message())
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_content_type_decides_before_the_ending() {
        assert_eq!(Format::of(Some("application/yaml; charset=utf-8"), "wall.json"), Format::Yaml);
        assert_eq!(Format::of(Some("application/vnd.wall+json"), "wall.toml"), Format::Json);
        assert_eq!(Format::of(Some("binary/octet-stream"), "walls/wall.YML"), Format::Yaml);
        assert_eq!(Format::of(None, "/messagewall/config.toml"), Format::Toml);
        assert_eq!(Format::of(None, "/messagewall.toml/config"), Format::Json);
    }

    #[test]
    fn the_same_document_in_three_formats_is_the_same() {
        let expected = json!({"title": "Wall", "max_message_chars": 280, "banner": {"text": "Hi", "tone": "info"}});
        let yaml = "title: Wall\nmax_message_chars: 280\nbanner:\n  text: Hi\n  tone: info\n";
        let toml = "title = \"Wall\"\nmax_message_chars = 280\n[banner]\ntext = \"Hi\"\ntone = \"info\"\n";
        assert_eq!(parse(expected.to_string().as_bytes(), None, "wall"), Ok(expected.clone()));
        assert_eq!(parse(yaml.as_bytes(), None, "wall.yaml"), Ok(expected.clone()));
        assert_eq!(parse(toml.as_bytes(), None, "wall.toml"), Ok(expected));
    }

    #[test]
    fn a_fault_has_its_line_and_column() {
        for (text, name) in [
            ("{\n  \"title\": opne\n}", "wall.json"),
            ("title: Wall\nbanner: [1, 2\nposting: open\n", "wall.yaml"),
            ("title = \"Wall\"\nposting = opne\n", "wall.toml"),
            ("{\"title\": \"a\",\n \"title\": \"b\"}", "wall.json"),
            ("title: a\ntitle: b\n", "wall.yaml"),
            ("title = 'a'\ntitle = 'b'\n", "wall.toml"),
        ] {
            let fault = parse(text.as_bytes(), None, name).unwrap_err();
            assert!(fault.contains("line ") && fault.contains("column "), "{name}: {fault}");
        }
    }

    #[test]
    fn a_fault_of_a_long_value_is_short_and_keeps_its_place() {
        let fault =
            parse(format!("title: x\nkeep_messages: {}", "2".repeat(5000)).as_bytes(), None, "wall.yaml").unwrap_err();
        assert!(fault.len() < 1000 && fault.contains("line 2, column 16"), "{fault}");
    }

    #[test]
    fn a_document_that_would_grow_without_bound_is_refused() {
        let mut bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..30_u8 {
            let (this, before) = (char::from(b'a' + level % 26), char::from(b'a' + (level - 1) % 26));
            let items = vec![format!("*{before}"); 10].join(", ");
            bomb.push_str(&format!("{this}{level}: &{this} [{items}]\n"));
        }
        assert!(parse(bomb.as_bytes(), None, "wall.yaml").is_err());
    }
}
