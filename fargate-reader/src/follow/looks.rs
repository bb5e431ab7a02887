//! Looks: scans of everything that requests ask for and wait for.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::watch as channel;
use tokio::time::{sleep, timeout};

/// The shortest time between the beginnings of two looks. It is the shortest interval of the network watcher, so that a flood of
/// requests costs no more than fast polling.
const SPACING: Duration = Duration::from_millis(10);

/// The looks of the thread that follows the volume.
#[derive(Debug)]
pub(super) struct Looks {
    /// True while there is a hint to look, so that requests never pile up.
    asked: AtomicBool,
    /// The beginning of the last scan of everything that has ended.
    ended: channel::Sender<Option<Instant>>,
    /// True while writers announce every change.
    announced: AtomicBool,
}

impl Default for Looks {
    fn default() -> Self {
        Self { asked: AtomicBool::new(false), ended: channel::Sender::new(None), announced: AtomicBool::new(false) }
    }
}

impl Looks {
    /// Waits for the end of a scan that has begun now or later. `ask` sends the hint to the thread. Returns `None` after `longest`.
    pub(super) async fn wait(&self, longest: Duration, ask: impl Fn()) -> Option<()> {
        let now = Instant::now();
        let mut ended = self.ended.subscribe();
        let is_newer = |began: &Option<Instant>| began.is_some_and(|began| began >= now);
        let wait = async {
            let pause = ended.borrow().map(|began| SPACING.saturating_sub(began.elapsed())).unwrap_or_default();
            sleep(pause).await;
            if !is_newer(&ended.borrow()) && !self.asked.swap(true, Ordering::SeqCst) {
                ask();
            }
            // The sender lives as long as `self`.
            drop(ended.wait_for(is_newer).await);
        };
        timeout(longest, wait).await.ok()
    }

    /// Makes the thread begin a scan now or soon, without waiting for its end. `ask` sends the hint to the thread.
    pub(super) fn ask_soon(&self, ask: impl FnOnce() + Send + 'static) {
        // A scan that was asked for and has not begun reads everything that was written until now.
        if self.asked.swap(true, Ordering::SeqCst) {
            return;
        }
        let pause = self.ended.borrow().map(|began| SPACING.saturating_sub(began.elapsed())).unwrap_or_default();
        if pause.is_zero() {
            return ask();
        }
        tokio::spawn(async move {
            sleep(pause).await;
            ask();
        });
    }

    /// Begins a scan of everything: requests from now on need another one.
    pub(super) fn begin(&self) -> Instant {
        self.asked.store(false, Ordering::SeqCst);
        Instant::now()
    }

    /// Stores if writers announce every change.
    pub(super) fn set_announced(&self, announced: bool) {
        self.announced.store(announced, Ordering::Relaxed);
    }

    /// Returns true while writers announce every change.
    pub(super) fn is_announced(&self) -> bool {
        self.announced.load(Ordering::Relaxed)
    }

    /// Notifies those who wait for a scan that began at `began`.
    pub(super) fn end(&self, began: Instant) {
        self.ended.send_replace(Some(began));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::AtomicUsize;

    use super::*;

    const LONG: Duration = Duration::from_secs(30);

    #[tokio::test]
    async fn a_look_that_had_begun_before_the_request_is_not_enough() {
        let looks = Arc::new(Looks::default());
        let early = looks.begin();
        let waiting = tokio::spawn({
            let looks = Arc::clone(&looks);
            async move { looks.wait(LONG, || {}).await }
        });
        while !looks.asked.load(Ordering::SeqCst) {
            tokio::task::yield_now().await;
        }
        looks.end(early);
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        looks.end(looks.begin());
        assert_eq!(waiting.await.unwrap(), Some(()));
    }

    #[tokio::test]
    async fn a_flood_of_requests_shares_few_looks() {
        let (looks, asked) = (Arc::new(Looks::default()), Arc::new(AtomicUsize::new(0)));
        let requests = (0..1000).map(|_| {
            let (looks, asked) = (Arc::clone(&looks), Arc::clone(&asked));
            let ask = move || {
                asked.fetch_add(1, Ordering::SeqCst);
            };
            tokio::spawn(async move { looks.wait(LONG, ask).await })
        });
        let requests: Vec<_> = requests.collect();
        while !looks.asked.load(Ordering::SeqCst) {
            tokio::task::yield_now().await;
        }
        for request in requests {
            while !request.is_finished() {
                looks.end(looks.begin());
                tokio::task::yield_now().await;
            }
        }
        assert!(asked.load(Ordering::SeqCst) < 100, "{asked:?}");
    }

    #[tokio::test]
    async fn requests_that_do_not_wait_share_a_look_that_has_not_begun() {
        let (looks, asked) = (Looks::default(), Arc::new(AtomicUsize::new(0)));
        let ask_soon = || {
            let asked = Arc::clone(&asked);
            looks.ask_soon(move || {
                asked.fetch_add(1, Ordering::SeqCst);
            });
        };
        (0..1000).for_each(|_| ask_soon());
        assert_eq!(asked.load(Ordering::SeqCst), 1);
        looks.end(looks.begin());
        (0..1000).for_each(|_| ask_soon());
        assert_eq!(asked.load(Ordering::SeqCst), 1, "the next one comes later");
        while asked.load(Ordering::SeqCst) < 2 {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn a_volume_that_does_not_answer_ends_the_wait() {
        assert_eq!(Looks::default().wait(Duration::from_millis(20), || {}).await, None);
    }
}
