//! A limit on how often each client may do something.

use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use governor::clock::DefaultClock;
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{NotUntil, Quota, RateLimiter};

use super::client::Client;

/// The pause between two times at which clients are forgotten.
const FORGET_PAUSE: Duration = Duration::from_secs(1);

type Limiter = RateLimiter<Client, HashMapStateStore<Client>, DefaultClock, StateInformationMiddleware>;

/// The instant of a clock, at which a client may do something again.
pub(super) type Refused = NotUntil<<DefaultClock as governor::clock::Clock>::Instant>;

/// A limit on how often each client may do something in a minute.
#[derive(Debug)]
pub(super) struct PerClient {
    limiter: Limiter,
    forgotten: Mutex<Instant>,
}

impl PerClient {
    pub(super) fn new(per_minute: NonZeroU32) -> Self {
        let limiter = RateLimiter::keyed(Quota::per_minute(per_minute)).with_middleware();
        Self { limiter, forgotten: Mutex::new(Instant::now()) }
    }

    /// Counts one time. Returns how many more times the client has left.
    ///
    /// # Errors
    /// Returns the time to wait if there are none.
    pub(super) fn count(&self, client: Client) -> Result<u32, Refused> {
        self.forget();
        self.limiter.check_key(&client).map(|state| state.remaining_burst_capacity())
    }

    /// Forgets the clients that have all their times left, now and then. Each of the others takes about 50 bytes.
    fn forget(&self) {
        let mut forgotten = self.forgotten.lock().unwrap_or_else(PoisonError::into_inner);
        if forgotten.elapsed() < FORGET_PAUSE {
            return;
        }
        *forgotten = Instant::now();
        self.limiter.retain_recent();
        self.limiter.shrink_to_fit();
    }
}
