//! The page in headless Chromium. `tests/all browser` installs what this needs, and runs it.

mod browser;
mod connection;
mod live;
mod looks;
mod pictures;
mod posting;
mod removing;
