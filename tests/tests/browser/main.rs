//! The page in headless Chromium. `tests/all browser` installs the browser and runs these tests.

mod administration;
mod axe;
mod browser;
mod classified_pictures;
mod conflict;
mod connection;
mod history;
mod history_pictures;
mod hostile;
mod journey;
mod live;
mod looks;
mod outbox;
mod pictures;
mod posting;
mod reading;
mod removing;
mod silence;
mod status;
mod status_pictures;
mod tabs;
mod tasks;
mod uploads;
mod weight;
