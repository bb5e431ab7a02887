//! Failed tries to guess a token.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use wall_api::Outcome;

use super::client::Client;
use super::error::ApiError;

/// The number of wrong tokens that a client may send within [`WINDOW`]. After that even the right one is refused, so that a
/// client learns nothing from more tries.
const MAX_FAILED: u32 = 10;

/// The time after which the failed tries of a client are forgotten.
const WINDOW: Duration = Duration::from_mins(1);

/// The largest number of clients that are remembered.
const MAX_CLIENTS: usize = 10_000;

/// The failed tries of each client within the last minute.
#[derive(Debug, Default)]
pub(crate) struct Tries(Mutex<HashMap<Client, Failed>>);

#[derive(Debug, Clone, Copy)]
struct Failed {
    since: Instant,
    count: u32,
}

impl Tries {
    /// Refuses a client that has failed too often.
    ///
    /// # Errors
    /// Returns `tries_too_many` with the time to wait.
    pub(super) fn check(&self, client: Client) -> Result<(), ApiError> {
        let tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(failed) = tries.get(&client).filter(|failed| failed.count >= MAX_FAILED) else { return Ok(()) };
        let Some(wait) = WINDOW.checked_sub(failed.since.elapsed()) else { return Ok(()) };
        let seconds = wait.as_secs() + 1;
        let message = format!("too many wrong tokens came from this address; try again in {seconds} s");
        Err(ApiError::new(StatusCode::TOO_MANY_REQUESTS, "tries_too_many", message).with(Outcome::Retry).after(seconds))
    }

    /// Counts a wrong token, and logs it without the token.
    pub(super) fn fail(&self, client: Client) {
        let mut tries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if tries.len() >= MAX_CLIENTS {
            tries.retain(|_, failed| failed.since.elapsed() < WINDOW);
        }
        if tries.len() >= MAX_CLIENTS {
            // So many addresses cannot be told apart from honest ones, and no token can be guessed in so few tries.
            tries.clear();
        }
        let failed = tries.entry(client).or_insert(Failed { since: Instant::now(), count: 0 });
        if failed.since.elapsed() >= WINDOW {
            *failed = Failed { since: Instant::now(), count: 0 };
        }
        failed.count += 1;
        tracing::warn!(%client, failed = failed.count, "token_refused");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_that_guesses_is_stopped_and_others_are_not() {
        let (tries, guessing, other) = (Tries::default(), Client::from([192, 0, 2, 1]), Client::from([192, 0, 2, 2]));
        for _ in 0..MAX_FAILED {
            assert_eq!(tries.check(guessing), Ok(()));
            tries.fail(guessing);
        }
        let stopped = tries.check(guessing).unwrap_err();
        assert_eq!((stopped.status.as_u16(), stopped.body.error.as_ref()), (429, "tries_too_many"));
        assert_eq!(tries.check(other), Ok(()));
    }

    #[test]
    fn a_flood_of_addresses_is_bounded() {
        let tries = Tries::default();
        for number in 0..30_000_u32 {
            tries.fail(Client::from(number.to_be_bytes()));
        }
        assert!(tries.0.lock().unwrap().len() <= MAX_CLIENTS);
    }
}
