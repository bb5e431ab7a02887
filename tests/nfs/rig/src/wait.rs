//! Waiting for what will come to hold.

use std::time::{Duration, Instant};

/// Waits until something holds; answers whether it came to hold.
pub(crate) fn wait_for(patience: Duration, mut holds: impl FnMut() -> bool) -> bool {
    let began = Instant::now();
    while !holds() {
        if began.elapsed() > patience {
            return false;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    true
}
