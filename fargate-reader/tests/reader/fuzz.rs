//! Fuzzers of everything that clients send: heads of requests, headers, cookies, addresses, forms, and pictures.

mod answer;
mod connection;
mod cookies;
mod forms;
mod headers;
mod heads;
mod multipart;
mod pictures;
mod posts;
mod stage;
mod strict;
mod targets;
