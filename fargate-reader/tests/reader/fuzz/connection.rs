//! A connection on which many requests are sent, one after the other.

use std::io::{BufReader, ErrorKind, Result, Write};
use std::net::TcpStream;

use super::answer::Answer;

/// The largest head of a request that the reader reads, in bytes. It may close the connection while a larger one is sent.
const MAX_HEAD_BYTES: usize = 60_000;

/// A connection to a reader. It is opened again when the reader has closed it.
pub(super) struct Connection {
    address: String,
    open: Option<BufReader<TcpStream>>,
}

/// A request.
pub(super) struct Request<'a> {
    pub(super) method: &'a str,
    pub(super) target: &'a [u8],
    /// The headers but `Host` and `Content-Length`, each with a line break.
    pub(super) headers: Vec<u8>,
    pub(super) body: &'a [u8],
}

impl Connection {
    pub(super) fn to(address: &str) -> Self {
        Self { address: address.trim_start_matches("http://").to_owned(), open: None }
    }

    /// Sends a request and returns the one answer to it. `None` if its head is too large to be answered for sure.
    pub(super) fn send(&mut self, request: &Request<'_>) -> Option<Answer> {
        let bytes = request.bytes();
        // The reader may have closed an idle connection, or after an answer.
        let answer = self.attempt(&bytes, request.method).or_else(|_| self.attempt(&bytes, request.method));
        match answer {
            Ok(answer) => {
                answer.check();
                Some(answer)
            }
            Err(_) if bytes.len() - request.body.len() > MAX_HEAD_BYTES => None,
            Err(error) => panic!("no answer: {error}"),
        }
    }

    /// Sends a request and returns the status of the answer, whatever it is. 0 if there is none.
    pub(super) fn attempt_status(&mut self, request: &Request<'_>) -> u16 {
        self.attempt(&request.bytes(), request.method).map_or(0, |answer| answer.status)
    }

    fn attempt(&mut self, bytes: &[u8], method: &str) -> Result<Answer> {
        let mut connection = match self.open.take() {
            Some(open) => open,
            None => BufReader::new(TcpStream::connect(&self.address)?),
        };
        connection.get_ref().set_nodelay(true)?;
        // A refusal may come while the request is still being sent.
        let sent = connection.get_mut().write_all(bytes);
        let answer = Answer::read(&mut connection, method)?;
        let answer = answer.ok_or_else(|| sent.err().unwrap_or_else(|| ErrorKind::UnexpectedEof.into()))?;
        let behind = String::from_utf8_lossy(connection.buffer());
        assert!(behind.is_empty() || answer.is_stream(), "two answers to one request: {answer:?}, {behind}");
        if !answer.is_last() {
            self.open = Some(connection);
        }
        Ok(answer)
    }
}

impl Request<'_> {
    fn bytes(&self) -> Vec<u8> {
        let names_host = self.headers.get(..5).is_some_and(|name| name.eq_ignore_ascii_case(b"host:"));
        let host = if names_host { "" } else { "Host: wall\r\n" };
        let length =
            if self.body.is_empty() { String::new() } else { format!("Content-Length: {}\r\n", self.body.len()) };
        let line = [self.method.as_bytes(), b" ", self.target, b" HTTP/1.1\r\n"].concat();
        [&line, host.as_bytes(), &self.headers, length.as_bytes(), b"\r\n", self.body].concat()
    }
}

/// Returns bytes that stay on one line.
pub(super) fn on_one_line(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().map(|byte| if matches!(byte, b'\r' | b'\n') { b' ' } else { *byte }).collect()
}
