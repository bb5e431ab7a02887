//! A web server that answers as a test wants.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A web server on this machine.
pub(crate) struct Web {
    port: u16,
    served: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Web {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let served: Arc<Mutex<Vec<Vec<u8>>>> = Arc::default();
        let files = Arc::clone(&served);
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                tokio::spawn(answer(connection, Arc::clone(&files)));
            }
        });
        Self { port, served }
    }

    /// Returns the address as a rule of `FETCH_ALLOW`.
    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Serves a file, and returns its URL.
    pub(crate) fn serve(&self, bytes: &[u8]) -> String {
        let mut served = self.served.lock().unwrap();
        served.push(bytes.to_vec());
        self.url(&format!("files/{}", served.len() - 1))
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}/{path}", self.port)
    }
}

async fn answer(mut connection: TcpStream, files: Arc<Mutex<Vec<Vec<u8>>>>) {
    let mut request = vec![0; 4096];
    let read = connection.read(&mut request).await.unwrap_or(0);
    let request = String::from_utf8_lossy(&request[..read]).into_owned();
    let path = request.split(' ').nth(1).unwrap_or_default().trim_start_matches('/').to_owned();
    let (kind, rest) = path.split_once('/').unwrap_or((&path, ""));
    let head = |status: &str, more: &str| format!("HTTP/1.1 {status}\r\nconnection: close\r\n{more}\r\n");
    let sent = match kind {
        "files" => {
            let file = files.lock().unwrap()[rest.parse::<usize>().unwrap()].clone();
            let length = format!("content-length: {}\r\n", file.len());
            [head("200 OK", &length).into_bytes(), file].concat()
        }
        "redirect" => head("302 Found", &format!("location: {rest}\r\n")).into_bytes(),
        "silent" => return tokio::time::sleep(Duration::from_secs(60)).await,
        "dripping" => {
            drop(connection.write_all(head("200 OK", "").as_bytes()).await);
            while connection.write_all(b"x").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
            return;
        }
        "endless" => {
            drop(connection.write_all(head("200 OK", "").as_bytes()).await);
            while connection.write_all(&[b'x'; 65536]).await.is_ok() {}
            return;
        }
        "claims" => head("200 OK", "content-length: 99999999999\r\n").into_bytes(),
        _ => head("404 Not Found", "content-length: 0\r\n").into_bytes(),
    };
    drop(connection.write_all(&sent).await);
}
