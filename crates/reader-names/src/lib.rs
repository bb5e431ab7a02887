//! The names of the readers, as the setting `READERS` has them, and the addresses of all their tasks.
//!
//! The function finds by them the tasks that it tells what it has written, and a task the others that it asks how they are.

mod addresses;
mod name;
mod readers;

pub use addresses::{Addresses, Found, Nameless};
pub use readers::Readers;
