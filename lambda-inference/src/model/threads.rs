//! The threads that work on one picture.

use std::num::NonZero;
use std::thread::{self, available_parallelism};

use anyhow::anyhow;
use tract_linalg::multithread::{Executor, current_tract_executor, multithread_tract_scope, set_default_executor};
use tract_onnx::prelude::TractResult;

/// Sets the number of threads that work on one picture. Without this call there is one.
///
/// # Panics
/// Panics if the threads cannot be started.
pub fn use_threads(count: NonZero<usize>) {
    set_default_executor(match count.get() {
        1 => Executor::SingleThread,
        count => Executor::multithread_with_name(count, "network"),
    });
}

/// Returns the number of processors that this process may use. In Lambda the memory decides how much time they have together:
/// 1,769 MB are one whole processor.
#[must_use]
pub fn processors() -> NonZero<usize> {
    available_parallelism().unwrap_or(NonZero::<usize>::MIN)
}

/// Divides the items among the threads, calls `work` with each, and returns the results in the order of the items. This is
/// faster than to let all threads work on one item after another.
///
/// # Errors
/// Returns the first error of `work`.
pub(super) fn divided<T: Sync, R: Send>(
    items: &[T],
    work: impl Fn(&T) -> TractResult<R> + Sync,
) -> TractResult<Vec<R>> {
    let threads = match current_tract_executor() {
        Executor::MultiThread(pool) => pool.current_num_threads(),
        Executor::SingleThread | Executor::RayonGlobal => return items.iter().map(work).collect(),
    };
    let alone = |share: &[T]| {
        multithread_tract_scope(Executor::SingleThread, || share.iter().map(&work).collect::<TractResult<Vec<_>>>())
    };
    thread::scope(|scope| {
        let shares = items.chunks(items.len().div_ceil(threads).max(1));
        let running: Vec<_> = shares.map(|share| scope.spawn(move || alone(share))).collect();
        let mut results = Vec::with_capacity(items.len());
        for thread in running {
            results.extend(thread.join().map_err(|_panic| anyhow!("a thread panicked"))??);
        }
        Ok(results)
    })
}
