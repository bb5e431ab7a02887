//! What a POST brings.

use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use aws_lambda_events::http::header;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mime::Mime;
use serde::Deserialize;

use crate::error::Failure;
use crate::event::parse::parse;

/// A message that somebody posts.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Post {
    pub(super) text: String,
    pub(super) author: Option<String>,
}

impl Post {
    /// Reads the body of `request` as its content type says. Text is kept exactly as it was sent.
    pub(super) fn read(request: ApiGatewayV2httpRequest) -> Result<Self, Failure> {
        let content_type = request.headers.get(header::CONTENT_TYPE).map(|value| value.to_str().unwrap_or_default());
        let content = Content::of(content_type)?;
        let text = text(request.body.unwrap_or_default(), request.is_base64_encoded)?;
        match content {
            Content::Text => Ok(Self { text, author: None }),
            Content::Json => {
                let json = serde_json::from_str(&text)
                    .map_err(|error| Failure::input("json_invalid", format!("body: {error}")))?;
                parse(json, "body", "json_invalid")
            }
        }
    }
}

enum Content {
    Text,
    Json,
}

impl Content {
    fn of(content_type: Option<&str>) -> Result<Self, Failure> {
        let Some(header) = content_type else { return Ok(Self::Text) };
        let mime = header.parse::<Mime>().ok();
        let (essence, charset) = match &mime {
            Some(mime) => (mime.essence_str(), mime.get_param(mime::CHARSET)),
            None => ("", None),
        };
        let is_utf8 = charset.is_none_or(|charset| charset == mime::UTF_8);
        match essence {
            "text/plain" if is_utf8 => Ok(Self::Text),
            "application/json" if is_utf8 => Ok(Self::Json),
            essence => {
                let hint = match essence {
                    // What curl sends with -d unless it is told otherwise.
                    "application/x-www-form-urlencoded" => "; with curl add -H 'Content-Type: text/plain'",
                    _ => "",
                };
                let accepted = "text/plain and application/json are accepted, in UTF-8";
                let message = format!("content-type: {header:?} is not accepted; {accepted}{hint}");
                Err(Failure::input("content_type_unsupported", message))
            }
        }
    }
}

fn text(body: String, is_base64_encoded: bool) -> Result<String, Failure> {
    if !is_base64_encoded {
        return Ok(body);
    }
    let bytes = STANDARD
        .decode(body)
        .map_err(|error| Failure::input("body_not_base64", format!("body: isBase64Encoded is true, but {error}")))?;
    String::from_utf8(bytes).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        Failure::input("not_utf8", format!("body: is not UTF-8 at byte {offset}"))
    })
}
