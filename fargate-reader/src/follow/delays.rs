//! A bounded histogram of milliseconds, fine enough to read quantiles from it.

/// The number of bins of 1 ms.
const FINE: usize = 1_000;

/// The number of bins of 10 ms after them. What is slower than all bins is counted with the last one.
const COARSE: usize = 900;

/// The number of all bins.
const BINS: usize = FINE + COARSE + 1;

/// The width of a coarse bin in milliseconds.
const COARSE_MS: u64 = 10;

/// Milliseconds, counted in bins: 1 ms wide up to one second, and 10 ms wide up to ten.
#[derive(Debug, Clone, Default)]
pub(crate) struct Delays {
    /// Empty before the first delay.
    bins: Vec<u64>,
    count: u64,
}

/// The bars of a plot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bars {
    /// The width of a bar in milliseconds.
    pub(crate) width_ms: u64,
    pub(crate) counts: Vec<u64>,
}

impl Delays {
    pub(super) fn add(&mut self, milliseconds: u64) {
        self.bins.resize(BINS, 0);
        self.bins[bin(milliseconds)] += 1;
        self.count += 1;
    }

    /// Returns all delays of several histograms.
    pub(super) fn sum(all: &[Self]) -> Self {
        let mut sum = Self { bins: vec![0; BINS], count: all.iter().map(|one| one.count).sum() };
        for one in all {
            sum.bins.iter_mut().zip(&one.bins).for_each(|(sum, count)| *sum += count);
        }
        if sum.count > 0 { sum } else { Self::default() }
    }

    /// Returns the number of delays.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// Returns the delay in milliseconds within which this part (0 to 1) of all was; `None` if there are none.
    pub(crate) fn within(&self, part: f64) -> Option<u64> {
        // The count is far below 2^52.
        let rank = (self.count as f64 * part).ceil().max(1.0) as u64;
        let mut sum = 0;
        let found = self.bins.iter().position(|count| {
            sum += count;
            sum >= rank
        });
        found.filter(|_| self.count > 0).map(end)
    }

    /// Returns at most `most` bars of one width that contain 999 of 1,000 delays, and the rest in the last one.
    pub(crate) fn bars(&self, most: usize) -> Bars {
        let longest = self.within(0.999).unwrap_or(0) + 1;
        let width_ms = round_up(longest.div_ceil(most as u64));
        let mut counts = vec![0; usize::try_from(longest.div_ceil(width_ms)).unwrap_or(most).clamp(1, most)];
        for (index, count) in self.bins.iter().enumerate().filter(|(_, count)| **count > 0) {
            let bar = usize::try_from(begin(index) / width_ms).unwrap_or(usize::MAX).min(counts.len() - 1);
            counts[bar] += count;
        }
        Bars { width_ms, counts }
    }
}

fn bin(milliseconds: u64) -> usize {
    let milliseconds = usize::try_from(milliseconds).unwrap_or(usize::MAX);
    if milliseconds < FINE {
        return milliseconds;
    }
    (FINE + (milliseconds - FINE) / COARSE_MS as usize).min(FINE + COARSE)
}

/// Returns the first millisecond of a bin.
fn begin(index: usize) -> u64 {
    if index < FINE { index as u64 } else { FINE as u64 + (index - FINE) as u64 * COARSE_MS }
}

/// Returns the last millisecond of a bin.
fn end(index: usize) -> u64 {
    if index < FINE { index as u64 } else { begin(index) + COARSE_MS - 1 }
}

/// Returns the next number that begins with 1, 2 or 5 and has only zeros after it.
fn round_up(number: u64) -> u64 {
    let mut unit = 1;
    loop {
        if let Some(round) = [1, 2, 5].map(|digit| digit * unit).into_iter().find(|round| *round >= number) {
            return round;
        }
        unit *= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(delays: impl IntoIterator<Item = u64>) -> Delays {
        let mut all = Delays::default();
        delays.into_iter().for_each(|delay| all.add(delay));
        all
    }

    #[test]
    fn quantiles_are_exact_to_a_millisecond_below_a_second() {
        let all = of(1..=300);
        assert_eq!((all.count(), all.within(0.5), all.within(0.99)), (300, Some(150), Some(297)));
        assert_eq!((of([7]).within(0.5), of([7]).within(0.99), of([]).within(0.5)), (Some(7), Some(7), None));
        assert_eq!(of([4_321]).within(0.5), Some(4_329));
    }

    #[test]
    fn whatever_is_added_the_histogram_and_its_bars_stay_small_and_lose_nothing() {
        for delays in [vec![0], (0..2_000).collect(), vec![u64::MAX, 3, 9_999], (0..50_000).step_by(7).collect()] {
            let all = of(delays.iter().copied());
            let Bars { width_ms, counts } = all.bars(28);
            assert!(counts.len() <= 28 && !counts.is_empty() && width_ms > 0);
            assert_eq!(counts.iter().sum::<u64>(), delays.len() as u64);
            assert_eq!(all.bins.len(), BINS);
        }
        assert_eq!(of((0..300).chain([300])).bars(30).width_ms, 20);
        assert_eq!(of(0..280).bars(28), Bars { width_ms: 10, counts: vec![10; 28] });
    }
}
