//! The readers, each with an address for browsers and one for the function.

use std::fmt::Display;
use std::io;
use std::net::Ipv4Addr;

use futures_util::future::select_all;
use tokio::net::TcpListener;

use super::reader::{Place, Reader, ReaderPlan};

/// The addresses of the readers, kept free until the readers start.
pub(super) struct Places(Vec<Place>);

/// The running readers.
pub(super) struct Readers(Vec<Reader>);

impl Places {
    /// Finds free addresses for `count` readers. The first one has that of `wall`.
    pub(super) async fn new(wall: TcpListener, count: usize) -> io::Result<Self> {
        let host = wall.local_addr()?.ip();
        let mut places = vec![Place { public: wall, internal: free().await? }];
        while places.len() < count {
            places.push(Place { public: TcpListener::bind((host, 0)).await?, internal: free().await? });
        }
        Ok(Self(places))
    }

    /// Returns the internal addresses of these and of other readers, as the function expects them.
    pub(super) fn names(&self, others: &impl Display) -> io::Result<String> {
        let own = self.0.iter().map(|place| Ok(place.internal.local_addr()?.to_string()));
        let names: io::Result<Vec<String>> = own.chain([Ok(others.to_string())]).collect();
        Ok(names?.join(","))
    }

    pub(super) fn start(self, plan: &ReaderPlan<'_>) -> anyhow::Result<Readers> {
        self.0.into_iter().map(|place| Reader::start(place, plan)).collect::<anyhow::Result<_>>().map(Readers)
    }
}

/// Returns a listener on a free port, which only this machine reaches.
async fn free() -> io::Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await
}

impl Readers {
    /// Returns the URLs for browsers.
    pub(super) fn urls(&self) -> Vec<String> {
        self.0.iter().map(|reader| reader.url.clone()).collect()
    }

    /// Waits for the end of a reader, and returns an error with its cause.
    pub(super) async fn ended(&mut self) -> anyhow::Error {
        select_all(self.0.iter_mut().map(|reader| Box::pin(reader.ended()))).await.0
    }

    /// Ends all readers.
    pub(super) async fn end(self) {
        futures_util::future::join_all(self.0.into_iter().map(Reader::end)).await;
    }
}
