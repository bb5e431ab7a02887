//! Fuzzers of everything that senders of events choose: events, bodies of requests, and followed documents.

mod bodies;
mod documents;
mod effects;
mod events;
