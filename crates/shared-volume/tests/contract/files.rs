//! Published files: generations, retries, crashes, damage, and what others place on their paths.

mod foreign;
mod limits;
mod publishing;
mod retries;
mod sources;
mod support;

pub(crate) use support::{NAME, request};
