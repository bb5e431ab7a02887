//! Catching up: after a redirect, a task that is behind the one that has sent it looks at the volume before it sends the page.

use std::num::NonZeroU32;
use std::time::Duration;

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};

use super::client::Client;
use super::per_client::PerClient;
use crate::follow::Follow;
use crate::settings::Limits;

/// The longest time that a page waits until its task has read what another task has served.
const TIMEOUT: Duration = Duration::from_secs(1);

/// The looks per second that requests of all clients can cause. Anybody can make up a place that this task has not reached.
const LOOKS_PER_SECOND: NonZeroU32 = NonZeroU32::MIN.saturating_add(19);

/// The looks that redirects cause.
#[derive(Debug)]
pub(crate) struct CatchingUp {
    /// A client needs at most one look for each of its posts.
    clients: PerClient,
    all: DefaultDirectRateLimiter,
}

impl CatchingUp {
    pub(super) fn new(limits: &Limits) -> Self {
        let all = RateLimiter::direct(Quota::per_second(LOOKS_PER_SECOND));
        Self { clients: PerClient::new(limits.posts), all }
    }

    /// Looks at the volume, unless this client has caused too many looks. If all together have caused too many lately, it waits for
    /// its turn: a page without the message that was just posted looks as if that was lost. If its turn or the answer of the volume
    /// does not come in time, the page is sent as it is.
    pub(super) async fn look(&self, client: Client, follow: &Follow) {
        if self.clients.count(client).is_err() {
            return;
        }
        let look = async {
            self.all.until_ready().await;
            follow.look().await
        };
        drop(tokio::time::timeout(TIMEOUT, look).await);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_up_places_cause_few_looks_and_one_client_does_not_use_up_those_of_others() {
        let catching_up = CatchingUp::new(&Limits { posts: NonZeroU32::MIN.saturating_add(4), ..Limits::default() });
        let allows = |client| catching_up.clients.count(client).is_ok() && catching_up.all.check().is_ok();
        let looks = |number: u8| (0..100).filter(|_| allows(Client::from([192, 0, 2, number]))).count();
        assert_eq!((looks(1), looks(2)), (5, 5));
        let others: usize = (3..=100).map(looks).sum();
        assert!((10..=12).contains(&others), "{others}");
    }
}
