//! A bare axum handler with one constant body: the peer of the reader in `bench/run http`.
//!
//!     constant FILE IP:PORT

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::Result;
use axum::Router;
use axum::body::Bytes;
use axum::serve::ListenerExt;
use clap::Parser;
use tokio::net::TcpListener;

/// Serves one file from memory at every path.
#[derive(Parser)]
struct Arguments {
    /// The body of every answer
    file: PathBuf,
    /// The address to serve on
    listen: SocketAddr,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let body = Bytes::from(fs_err::read(arguments.file)?);
    let handler = move || std::future::ready(body.clone());
    let listener = TcpListener::bind(arguments.listen).await?.tap_io(|connection| {
        // A connection that has ended already needs no option.
        drop(connection.set_nodelay(true));
    });
    axum::serve(listener, Router::new().fallback(handler)).await?;
    Ok(())
}
