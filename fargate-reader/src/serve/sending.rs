//! The body of an answer, which tells when it was sent.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};

use super::room::Seat;

/// The body of an answer. It is dropped when it was sent, or when the connection has ended.
#[derive(Debug)]
pub(super) struct Sending {
    body: Body,
    seat: Arc<Seat>,
    /// True while a request is being answered.
    running: Arc<AtomicBool>,
}

impl Sending {
    pub(super) fn new(body: Body, seat: Arc<Seat>, running: Arc<AtomicBool>) -> Self {
        seat.send();
        Self { body, seat, running }
    }
}

impl Drop for Sending {
    fn drop(&mut self) {
        self.running.store(false, Ordering::Relaxed);
        self.seat.rest();
    }
}

impl HttpBody for Sending {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
