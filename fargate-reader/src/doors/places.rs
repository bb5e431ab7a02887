//! The places of streams: their number in all and for each client is limited.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::http::StatusCode;
use wall_api::Outcome;

use super::client::Client;
use super::error::ApiError;

/// The time in seconds after which a client may try again to open a stream.
const RETRY_S: u64 = 10;

/// The places of streams.
#[derive(Debug)]
pub(crate) struct Places {
    most: usize,
    most_of_client: usize,
    taken: Arc<Mutex<Taken>>,
}

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    clients: HashMap<Client, usize>,
}

/// The place of one stream. Dropping it gives the place back.
#[derive(Debug)]
pub(super) struct Place {
    client: Client,
    taken: Arc<Mutex<Taken>>,
}

impl Places {
    pub(super) fn new(most: usize, most_of_client: usize) -> Self {
        Self { most, most_of_client, taken: Arc::default() }
    }

    /// Takes a place for a stream of a client.
    ///
    /// # Errors
    /// Returns `streams_too_many` if the client has too many, and `streams_full` if there are too many in all.
    pub(super) fn take(&self, client: Client) -> Result<Place, ApiError> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.clients.get(&client).is_some_and(|of_client| *of_client >= self.most_of_client) {
            let message = format!("{} streams are the most from one address", self.most_of_client);
            return Err(refused(StatusCode::TOO_MANY_REQUESTS, "streams_too_many", message));
        }
        if taken.all >= self.most {
            let message = format!("the wall has {} streams, and no room for more at the moment", self.most);
            return Err(refused(StatusCode::SERVICE_UNAVAILABLE, "streams_full", message));
        }
        taken.all += 1;
        *taken.clients.entry(client).or_default() += 1;
        Ok(Place { client, taken: Arc::clone(&self.taken) })
    }
}

fn refused(status: StatusCode, error: &'static str, message: String) -> ApiError {
    ApiError::new(status, error, message).with(Outcome::Retry).after(RETRY_S)
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        taken.all -= 1;
        if let Some(of_client) = taken.clients.get_mut(&self.client) {
            *of_client -= 1;
            if *of_client == 0 {
                taken.clients.remove(&self.client);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_that_is_given_back_can_be_taken_again() {
        let places = Places::new(3, 2);
        let (one, other) = (Client::from([192, 0, 2, 1]), Client::from([192, 0, 2, 2]));
        let error =
            |client| places.take(client).err().map(|error| (error.status.as_u16(), error.body.error.into_owned()));
        let mut kept = vec![places.take(one).unwrap(), places.take(one).unwrap()];
        assert_eq!(error(one), Some((429, "streams_too_many".to_owned())));
        kept.push(places.take(other).unwrap());
        assert_eq!(error(other), Some((503, "streams_full".to_owned())));
        drop(kept.remove(0));
        assert_eq!(error(other), None);
        drop(kept);
        assert!(places.taken.lock().unwrap().clients.is_empty());
    }
}
