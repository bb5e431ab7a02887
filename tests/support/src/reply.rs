//! Whole HTTP answers.

use anyhow::{Context, Result, ensure};
use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use serde_json::Value;

/// The answer to a request, read to its end.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body, byte for byte.
    pub body: Vec<u8>,
}

impl Reply {
    /// Sends `request` and reads the whole answer, of any status.
    ///
    /// # Errors
    /// Returns an error if the connection failed or broke off.
    pub async fn to(request: reqwest::RequestBuilder) -> Result<Self> {
        let response = request.send().await?;
        let (status, headers) = (response.status(), response.headers().clone());
        Ok(Self { status, headers, body: response.bytes().await?.to_vec() })
    }

    /// Returns the body as text.
    ///
    /// # Errors
    /// Returns an error if the body is not UTF-8.
    pub fn text(&self) -> Result<&str> {
        std::str::from_utf8(&self.body).context("the body is not UTF-8")
    }

    /// Returns the body as JSON.
    ///
    /// # Errors
    /// Returns an error with the status and the body if the body is not JSON.
    pub fn json(&self) -> Result<Value> {
        serde_json::from_slice(&self.body)
            .with_context(|| format!("not JSON, status {}: {}", self.status, String::from_utf8_lossy(&self.body)))
    }

    /// Returns the value of a header. It is empty if the header is missing or not text.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Returns the answer if its status is a success.
    ///
    /// # Errors
    /// Returns an error with the status and the body if it is not.
    pub fn success(self) -> Result<Self> {
        ensure!(self.status.is_success(), "{}: {}", self.status, String::from_utf8_lossy(&self.body));
        Ok(self)
    }
}
