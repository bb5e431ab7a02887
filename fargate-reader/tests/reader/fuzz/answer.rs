//! Answers as bytes on a connection.

use std::io::{BufRead, Error, ErrorKind, Read, Result};

use serde_json::Value;

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// The status line and the headers, in small letters.
    head: String,
    pub(super) body: Vec<u8>,
}

impl Answer {
    /// Reads the next answer to a request with this method. Of a stream it reads only the head. Returns `None` at the end of
    /// the connection.
    pub(super) fn read(connection: &mut impl BufRead, method: &str) -> Result<Option<Self>> {
        loop {
            let head = head(connection)?;
            if head.is_empty() {
                return Ok(None);
            }
            let status = head.get(9..12).and_then(|status| status.parse().ok()).ok_or(ErrorKind::InvalidData)?;
            let mut answer = Self { status, head, body: Vec::new() };
            // `Expect: 100-continue` has an answer of its own.
            if status < 200 {
                continue;
            }
            if method != "HEAD" && ![204, 304].contains(&status) && !answer.is_stream() {
                answer.body = answer.read_body(connection)?;
            }
            return Ok(Some(answer));
        }
    }

    fn read_body(&self, connection: &mut impl BufRead) -> Result<Vec<u8>> {
        let mut body = Vec::new();
        if self.header("transfer-encoding") == Some("chunked") {
            while let length @ 1.. = chunk_length(connection)? {
                connection.by_ref().take(length).read_to_end(&mut body)?;
                connection.read_exact(&mut [0; 2])?;
            }
            connection.read_exact(&mut [0; 2])?;
        } else if let Some(length) = self.header("content-length") {
            connection.by_ref().take(length.parse().map_err(Error::other)?).read_to_end(&mut body)?;
        } else {
            connection.read_to_end(&mut body)?;
        }
        Ok(body)
    }

    /// Returns the value of a header.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':').map(str::trim))
    }

    pub(super) fn is_stream(&self) -> bool {
        self.header("content-type") == Some("text/event-stream")
    }

    /// Returns true if the connection ends after this answer.
    pub(super) fn is_last(&self) -> bool {
        self.is_stream() || self.header("connection") == Some("close")
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Returns true if the reader has passed the request on. The reader of these tests has no function.
    pub(super) fn is_passed_on(&self) -> bool {
        // The page of the history has no forms then, and no place for the reason.
        let is_page_without_forms =
            || self.text().contains("<title>Configuration") && !self.text().contains("method=\"post\"");
        self.status == 503 && (self.text().contains("this reader only reads") || is_page_without_forms())
    }

    /// Checks that the reader has not failed, and that a refusal has a name and a reason.
    pub(super) fn check(&self) {
        assert!(self.status < 500 || self.is_passed_on(), "{}{}", self.head, self.text());
        if self.status >= 400 && self.header("content-type") == Some("application/json") && !self.body.is_empty() {
            let error: Value = serde_json::from_slice(&self.body).unwrap();
            let is_named = error["error"].is_string() && error["message"].as_str().is_some_and(|why| why.len() > 10);
            assert!(is_named && (error["field"].is_string() || error["field"].is_null()), "{error}");
        }
    }
}

/// Reads a status line and headers, in small letters. Returns nothing at the end of the connection.
fn head(connection: &mut impl BufRead) -> Result<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if connection.read_until(b'\n', &mut head)? == 0 {
            return if head.is_empty() { Ok(String::new()) } else { Err(ErrorKind::UnexpectedEof.into()) };
        }
    }
    Ok(String::from_utf8_lossy(&head).to_ascii_lowercase())
}

fn chunk_length(connection: &mut impl BufRead) -> Result<u64> {
    let mut line = String::new();
    connection.read_line(&mut line)?;
    u64::from_str_radix(line.trim_end(), 16).map_err(Error::other)
}
