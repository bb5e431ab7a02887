//! The limits on posts: of each client, and of all clients that have not signed in.

use std::num::NonZeroU32;

use axum::http::StatusCode;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};
use wall_api::Outcome;

use super::client::Client;
use super::error::ApiError;
use super::per_client::{PerClient, Refused};
use crate::settings::Limits;

/// The limits on posts. Each is a bucket that is full after a minute.
#[derive(Debug)]
pub(crate) struct PostLimits {
    clients: PerClient,
    /// For clients that have more than a half of their own posts left. Those that flood the wall do not use it up.
    moderate: DefaultDirectRateLimiter,
    others: DefaultDirectRateLimiter,
    per_minute: NonZeroU32,
}

impl PostLimits {
    pub(crate) fn new(limits: &Limits) -> Self {
        let half = NonZeroU32::new(limits.wall_posts.get().div_ceil(2)).unwrap_or(NonZeroU32::MIN);
        let of_all = || RateLimiter::direct(Quota::per_minute(half));
        Self { clients: PerClient::new(limits.posts), moderate: of_all(), others: of_all(), per_minute: limits.posts }
    }

    /// Counts a post of a client. The limit for all clients is for those that have not signed in.
    ///
    /// # Errors
    /// Returns `posts_too_many` with the time to wait.
    pub(super) fn count(&self, client: Client, is_signed_in: bool) -> Result<(), ApiError> {
        let left = self.clients.count(client).map_err(|not| {
            too_many(&not, &format!("{} messages a minute are the most from one address", self.per_minute))
        })?;
        if is_signed_in {
            return Ok(());
        }
        let is_moderate = left >= self.per_minute.get() / 2;
        let of_all = if is_moderate { &self.moderate } else { &self.others };
        of_all.check().map_err(|not| too_many(&not, "the wall gets too many messages at the moment"))
    }
}

/// Creates the error `posts_too_many`, with the time after which one more is accepted.
fn too_many(not: &Refused, message: &str) -> ApiError {
    let wait = not.wait_time_from(DefaultClock::default().now());
    let seconds = wait.as_secs() + 1;
    let message = format!("{message}; send yours again in {seconds} s");
    ApiError::new(StatusCode::TOO_MANY_REQUESTS, "posts_too_many", message).with(Outcome::Retry).after(seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(posts: u32, wall_posts: u32) -> PostLimits {
        let count = |count| NonZeroU32::new(count).unwrap();
        PostLimits::new(&Limits {
            posts: count(posts),
            wall_posts: count(wall_posts),
            connections: 0,
            streams: 0,
            streams_per_client: 0,
        })
    }

    fn client(number: u8) -> Client {
        Client::from([192, 0, 2, number])
    }

    #[test]
    fn a_client_that_posts_too_much_is_told_when_to_come_back_and_keeps_nobody_else_out() {
        let limits = limits(3, 1000);
        let answers = [0; 5].map(|_| limits.count(client(1), false));
        assert_eq!(answers.each_ref().map(Result::is_ok), [true, true, true, false, false]);
        let refused = answers[4].clone().unwrap_err();
        assert_eq!((refused.status.as_u16(), refused.body.error.as_ref()), (429, "posts_too_many"));
        assert!(refused.body.message.ends_with("in 20 s") || refused.body.message.ends_with("in 21 s"), "{refused:?}");
        assert_eq!(limits.count(client(2), false), Ok(()));
    }

    #[test]
    fn a_client_with_more_than_a_half_of_its_posts_left_does_not_compete_with_those_that_flood_the_wall() {
        let limits = limits(10, 8);
        let accepted: Vec<_> = (0..11).map(|_| limits.count(client(1), false).is_ok()).collect();
        // Each half of the limit for all has four.
        let (four, half) = ([true; 4], [false; 1]);
        assert_eq!(accepted, [&four[..], &half, &four, &half, &half].concat());
        assert_eq!(limits.count(client(2), true), Ok(()), "signed in");
    }
}
