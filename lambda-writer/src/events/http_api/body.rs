//! The body of a POST.

use aws_lambda_events::apigw::ApiGatewayV2httpRequest;
use aws_lambda_events::http::header;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mime::Mime;
use serde::Deserialize;
use shared_volume::json::distinct;

use super::form::{self, Fault, Form, FormError};
use crate::error::{Failure, Problem};
use crate::events::parse::{Part, parse};

/// A message to post.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Post {
    pub(super) text: String,
    pub(super) author: Option<String>,
    /// The event id, as in the header `Idempotency-Key`.
    pub(super) event: Option<String>,
}

impl Post {
    /// Parses the body of `request` by its content type, default `text/plain`. Text is kept exactly as it was sent.
    pub(super) fn read(request: &mut ApiGatewayV2httpRequest) -> Result<Self, Failure> {
        let content_type = request.headers.get(header::CONTENT_TYPE).map(|value| value.to_str().unwrap_or_default());
        let content = Content::of(content_type)?;
        let body = bytes(request.body.take().unwrap_or_default(), request.is_base64_encoded)?;
        match content {
            Content::Text => Ok(Self::of_text(text(body)?)),
            Content::Json => json(&text(body)?),
            Content::Form => form(&body),
        }
    }

    fn of_text(text: String) -> Self {
        Self { text, author: None, event: None }
    }
}

/// The content types that are accepted.
enum Content {
    Text,
    Json,
    Form,
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
            "application/x-www-form-urlencoded" if is_utf8 => Ok(Self::Form),
            _ => {
                let accepted =
                    "text/plain, application/json and application/x-www-form-urlencoded are accepted, in UTF-8";
                let fault = format!("{header:?} is not accepted; {accepted}");
                Err(Failure::in_field(Problem::ContentTypeUnsupported, "content-type", fault))
            }
        }
    }
}

fn bytes(body: String, is_base64_encoded: bool) -> Result<Vec<u8>, Failure> {
    if !is_base64_encoded {
        return Ok(body.into_bytes());
    }
    STANDARD.decode(body).map_err(|error| {
        Failure::in_field(Problem::BodyNotBase64, "body", format!("isBase64Encoded is true, but {error}"))
    })
}

fn text(body: Vec<u8>) -> Result<String, Failure> {
    String::from_utf8(body).map_err(|error| {
        let offset = error.utf8_error().valid_up_to();
        Failure::in_field(Problem::NotUtf8, "body", format!("is not UTF-8 at byte {offset}"))
    })
}

fn json(text: &str) -> Result<Post, Failure> {
    // Programs of Windows write a byte order mark before JSON, which RFC 8259 allows a parser to skip.
    let json = distinct(text.strip_prefix('\u{feff}').unwrap_or(text))
        .map_err(|error| Failure::in_field(Problem::JsonInvalid, "body", error))?;
    parse(json, Part::Body)
}

fn form(body: &[u8]) -> Result<Post, Failure> {
    match form::read(body) {
        Ok(form::Body::Form(Form { text, author, event })) => Ok(Post { text, author, event }),
        Ok(form::Body::Text(text)) => Ok(Post::of_text(text.to_owned())),
        Err(FormError { field, fault }) => {
            let problem = match fault {
                Fault::Twice => Problem::FormInvalid,
                Fault::NotUtf8(_) => Problem::NotUtf8,
            };
            Err(Failure::in_field(problem, field, fault))
        }
    }
}
