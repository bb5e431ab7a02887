//! Requests to a program in the same task.

use std::time::Duration;

use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::Bytes;
use hyper::header::HOST;
use hyper::{Method, Request, Uri};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// The largest answer that is read, in bytes.
const MAX_ANSWER_BYTES: usize = 4096;

/// The longest part of an answer in an error, in characters.
const MAX_SHOWN_CHARS: usize = 500;

/// Sends a request without a body. Any 2xx status is success.
pub(crate) async fn request(method: Method, url: &Uri, within: Duration) -> Result<(), String> {
    let answer = tokio::time::timeout(within, ask(method, url)).await;
    let (status, body) = answer.map_err(|_| format!("no answer within {} ms", within.as_millis()))??;
    if (200..300).contains(&status) { Ok(()) } else { Err(format!("it answered {status}: {body}")) }
}

/// Returns the status and the beginning of the answer to a GET request.
pub(crate) async fn get(url: &Uri, within: Duration) -> Result<(u16, String), String> {
    let answer = tokio::time::timeout(within, ask(Method::GET, url)).await;
    answer.map_err(|_| format!("no answer within {} ms", within.as_millis()))?
}

async fn ask(method: Method, url: &Uri) -> Result<(u16, String), String> {
    let failed = |error: &dyn std::error::Error| error.to_string();
    let host = url.host().unwrap_or_default();
    let address = (host.trim_matches(['[', ']']), url.port_u16().unwrap_or(80));
    let stream = TcpStream::connect(address).await.map_err(|error| failed(&error))?;
    let handshake = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = handshake.map_err(|error| failed(&error))?;
    let connection = tokio::spawn(connection);
    let path = url.path_and_query().map_or("/", |path| path.as_str());
    let host = url.authority().map_or(host, |authority| authority.as_str());
    let request = Request::builder().method(method).uri(path).header(HOST, host);
    let request = request.body(Empty::<Bytes>::new()).map_err(|error| failed(&error))?;
    let response = sender.send_request(request).await.map_err(|error| failed(&error))?;
    let status = response.status().as_u16();
    let body = Limited::new(response.into_body(), MAX_ANSWER_BYTES).collect().await;
    connection.abort();
    // The status decides. The body only explains it.
    let body = body.map(|body| body.to_bytes()).unwrap_or_default();
    Ok((status, crate::fault::printable(&body).chars().take(MAX_SHOWN_CHARS).collect()))
}
