//! One name of readers, and its addresses.

use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use tokio::net::lookup_host;
use tokio::time::{Instant, timeout_at};

/// A look-up that runs on its own, or has ended.
type LookUp = Shared<BoxFuture<'static, Result<Vec<SocketAddr>, String>>>;

/// One name, such as `reader.wall.internal:8081`, which has the addresses of all tasks.
///
/// A look-up occupies a thread until the name server answers, even if nobody waits for it any more. There is therefore at most one
/// for each name.
#[derive(Debug)]
pub(crate) struct Name {
    pub(crate) text: String,
    look_up: Mutex<Option<LookUp>>,
    /// The addresses of the last look-up that has ended.
    last: Mutex<Vec<SocketAddr>>,
}

impl Name {
    pub(crate) fn new(text: String) -> Self {
        Self { text, look_up: Mutex::default(), last: Mutex::default() }
    }

    /// Returns the addresses. If no name server answers until `deadline`, these are the addresses of the last look-up.
    ///
    /// # Errors
    /// Returns the reason why there are none, for people.
    pub(crate) async fn resolve(&self, deadline: Instant) -> Result<Vec<SocketAddr>, String> {
        if let Ok(address) = self.text.parse() {
            return Ok(vec![address]);
        }
        let last = || self.last.lock().unwrap_or_else(PoisonError::into_inner);
        match timeout_at(deadline, self.look_up()).await {
            Ok(Ok(addresses)) => {
                last().clone_from(&addresses);
                Ok(addresses)
            }
            Ok(Err(reason)) => Err(reason),
            Err(_) if last().is_empty() => Err("its name was not resolved in time".to_owned()),
            Err(_) => Ok(last().clone()),
        }
    }

    /// Returns the look-up that is under way, or begins one.
    fn look_up(&self) -> LookUp {
        let mut look_up = self.look_up.lock().unwrap_or_else(PoisonError::into_inner);
        match &*look_up {
            Some(under_way) if under_way.peek().is_none() => under_way.clone(),
            _ => look_up.insert(begin(self.text.clone())).clone(),
        }
    }
}

fn begin(name: String) -> LookUp {
    let task =
        tokio::spawn(async move { lookup_host(name).await.map(Iterator::collect).map_err(|error| error.to_string()) });
    task.map(|ended| ended.unwrap_or_else(|error| Err(error.to_string()))).boxed().shared()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_name_is_looked_up_by_one_thread_at_a_time_and_keeps_its_addresses() {
        let name = Name::new("reader.wall.internal:8081".to_owned());
        let (never, late) = (futures_util::future::pending().boxed().shared(), Instant::now());
        *name.look_up.lock().unwrap() = Some(never.clone());
        for _ in 0..3 {
            assert!(name.resolve(late).await.unwrap_err().contains("not resolved in time"));
            assert!(name.look_up().ptr_eq(&never), "no second look-up began");
        }
        let addresses: Vec<SocketAddr> = vec!["10.0.0.7:8081".parse().unwrap()];
        *name.look_up.lock().unwrap() = Some(futures_util::future::ready(Ok(addresses.clone())).boxed().shared());
        assert_eq!(name.resolve(late).await, Ok(addresses.clone()));
        *name.look_up.lock().unwrap() = Some(never);
        assert_eq!(name.resolve(late).await, Ok(addresses), "the addresses of the last look-up");
    }
}
