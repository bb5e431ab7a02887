//! Streams of events, which leave the HTTP server when they begin.
//!
//! A stream lasts for hours, and its connection serves no other request. The buffers of the HTTP server would be most of its
//! memory, so it is sent without them.

use std::io;

use axum::body::{Body, Bytes};
use axum::http::response::Parts;
use axum::http::{HeaderMap, Method, Request, Version, header};
use axum::response::Response;
use futures_util::StreamExt;
use hyper::body::{Buf, Incoming};
use jiff::Timestamp;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{ReadHalf, WriteHalf};

/// The number of bytes that a client may send behind its request for a stream.
const MAX_DISCARDED_BYTES: usize = 64 * 1024;

/// Returns true if the response is a stream that should leave the HTTP server.
pub(super) fn is_stream(response: &Response) -> bool {
    response.headers().get(header::CONTENT_TYPE).is_some_and(|content_type| content_type == "text/event-stream")
}

/// Returns the version of a request that may be answered with a stream.
pub(super) fn may_stream(request: &Request<Incoming>) -> Option<Version> {
    (request.method() == Method::GET).then(|| request.version())
}

/// Sends a stream until it ends or the client closes the connection.
pub(super) async fn send(mut connection: TcpStream, version: Version, response: Response) -> io::Result<()> {
    let (head, body) = response.into_parts();
    let is_chunked = version == Version::HTTP_11;
    connection.write_all(&encoded(&head, is_chunked)).await?;
    let (receiving, sending) = connection.split();
    tokio::select! {
        sent = send_body(sending, body, is_chunked) => sent,
        closed = closed(receiving) => closed,
    }
}

/// Returns the head of the response.
fn encoded(head: &Parts, is_chunked: bool) -> Vec<u8> {
    let now = Timestamp::now().strftime("%a, %d %b %Y %H:%M:%S GMT");
    let mut bytes = format!("HTTP/1.1 {}\r\ndate: {now}\r\nconnection: close\r\n", head.status).into_bytes();
    push_headers(&head.headers, &mut bytes);
    bytes.extend_from_slice(if is_chunked { b"transfer-encoding: chunked\r\n\r\n" } else { b"\r\n" });
    bytes
}

fn push_headers(headers: &HeaderMap, bytes: &mut Vec<u8>) {
    for (name, value) in headers {
        for part in [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"] {
            bytes.extend_from_slice(part);
        }
    }
}

async fn send_body(mut sending: WriteHalf<'_>, body: Body, is_chunked: bool) -> io::Result<()> {
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(io::Error::other)?;
        match is_chunked {
            true if chunk.is_empty() => {}
            true => sending.write_all_buf(&mut framed(chunk)).await?,
            false => sending.write_all(&chunk).await?,
        }
    }
    if is_chunked {
        sending.write_all(b"0\r\n\r\n").await?;
    }
    sending.shutdown().await
}

/// Returns a chunk with its length, as HTTP/1.1 sends it.
fn framed(chunk: Bytes) -> impl Buf {
    let length = Bytes::from(format!("{:x}\r\n", chunk.len()));
    length.chain(chunk).chain(&b"\r\n"[..])
}

/// Waits until the client closes the connection. What it still sends is discarded, up to [`MAX_DISCARDED_BYTES`].
async fn closed(mut receiving: ReadHalf<'_>) -> io::Result<()> {
    let mut discarded = 0;
    while discarded <= MAX_DISCARDED_BYTES {
        // Unlike `try_read` this yields to others now and then, even if there is always more to read.
        match receiving.read(&mut [0; 64]).await? {
            0 => return Ok(()),
            read => discarded += read,
        }
    }
    Err(io::Error::other("the client sends more requests on the connection of its stream"))
}
