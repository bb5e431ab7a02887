//! The page in headless Chromium. `tests/all browser` installs the browser and runs these tests.

mod browser;
mod classified_pictures;
mod connection;
mod history;
mod history_pictures;
mod live;
mod looks;
mod pictures;
mod posting;
mod removing;
mod status;
mod status_pictures;
mod tabs;
mod uploads;
