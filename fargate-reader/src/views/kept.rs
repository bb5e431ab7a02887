//! Encodings that are made once, while others wait for them.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The number of bytes from which no more values are kept together.
const MAX_BYTES: usize = 4 * 1024 * 1024;

/// The age from which a [`Recent`] value is made again.
const MAX_AGE: Duration = Duration::from_secs(1);

/// Values by number, and the bytes that they take together.
#[derive(Debug)]
pub(super) struct Kept<V>(Mutex<(BTreeMap<u64, V>, usize)>);

/// A value that is made again when it is 1 s old.
#[derive(Debug)]
pub(crate) struct Recent<V>(Mutex<Option<(Instant, Arc<V>)>>);

impl<V: Clone> Kept<V> {
    /// Returns the value of `number`. If there is none, it is made; it is kept if there is room for its `size`.
    pub(super) fn get_or_make<E>(
        &self,
        number: u64,
        make: impl FnOnce() -> Result<V, E>,
        size: impl FnOnce(&V) -> usize,
    ) -> Result<V, E> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (values, bytes) = &mut *kept;
        if let Some(value) = values.get(&number) {
            return Ok(value.clone());
        }
        let made = make()?;
        if *bytes < MAX_BYTES {
            *bytes += size(&made);
            values.insert(number, made.clone());
        }
        Ok(made)
    }
}

impl<V> Recent<V> {
    /// Returns the value. If there is none, or an old one, it is made.
    pub(crate) fn get_or_make<E>(&self, make: impl FnOnce() -> Result<V, E>) -> Result<Arc<V>, E> {
        let mut recent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, value)) = recent.as_ref().filter(|(made_at, _)| made_at.elapsed() < MAX_AGE) {
            return Ok(Arc::clone(value));
        }
        let made = Arc::new(make()?);
        *recent = Some((Instant::now(), Arc::clone(&made)));
        Ok(made)
    }
}

impl<V> Default for Kept<V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<V> Default for Recent<V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::convert::Infallible;

    use super::*;

    #[test]
    fn a_value_is_made_once_as_long_as_there_is_room() {
        let (kept, made) = (Kept::default(), Cell::new(0));
        let get = |number| {
            let make = || Ok::<_, Infallible>(made.replace(made.get() + 1));
            kept.get_or_make(number, make, |_| MAX_BYTES / 2).unwrap()
        };
        assert_eq!([1, 1, 2, 1, 2].map(get), [0, 0, 1, 0, 1]);
        assert_eq!([3, 3, 1].map(get), [2, 3, 0]);
    }
}
