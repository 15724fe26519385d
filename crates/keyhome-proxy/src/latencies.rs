//! How long replies took, in buckets.

/// Buckets: below 16 us, two for each doubling from there, and one for all from 16.8 s.
const BUCKETS: usize = 42;

/// The lowest bound is 2 to this power.
const FIRST: u32 = 4;

/// A histogram with two buckets for each doubling: wherever a quantile lies, it is known to within half of itself. To
/// record one costs two additions and the place of the highest bit.
#[derive(Debug, Clone)]
pub(crate) struct Latencies {
    counts: [u64; BUCKETS],
    /// Of all, in microseconds.
    sum: u64,
}

impl Default for Latencies {
    fn default() -> Self {
        Self { counts: [0; BUCKETS], sum: 0 }
    }
}

impl Latencies {
    #[inline]
    pub(crate) fn record(&mut self, micros: u64) {
        // Of a number in [2^n, 2^(n+1)), the bit below the highest says which half it is in.
        let bits = (micros | 1 << (FIRST - 1)).ilog2();
        let half = (micros >> (bits - 1) & 1) as usize;
        let bucket = (2 * (bits - (FIRST - 1)) as usize + half).saturating_sub(1);
        self.counts[bucket.min(BUCKETS - 1)] += 1;
        self.sum += micros;
    }

    /// Of all that were recorded, in microseconds.
    pub(crate) fn sum(&self) -> u64 {
        self.sum
    }

    /// Each bound in microseconds, and how many took less; then how many there were.
    pub(crate) fn cumulative(&self) -> (Vec<(u64, u64)>, u64) {
        let mut count = 0;
        let below = self.counts.iter().take(BUCKETS - 1).enumerate().map(|(bucket, own)| {
            count += own;
            let half = bucket as u64 % 2;
            ((2 + half) << (FIRST as u64 - 1 + bucket as u64 / 2), count)
        });
        let below = below.collect();
        (below, count + self.counts[BUCKETS - 1])
    }

    /// Adds those of another worker.
    pub(crate) fn add(&mut self, other: &Self) {
        for (mine, others) in self.counts.iter_mut().zip(&other.counts) {
            *mine += others;
        }
        self.sum += other.sum;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_below_its_bound_and_not_below_the_one_before() {
        let bounds: Vec<u64> = Latencies::default().cumulative().0.iter().map(|(bound, _)| *bound).collect();
        assert_eq!((bounds.len(), &bounds[..6]), (41, &[16, 24, 32, 48, 64, 96][..]));
        assert_eq!(bounds.last(), Some(&(1 << 24)));
        let around = bounds.iter().flat_map(|bound| [bound - 1, *bound, bound + 1]);
        for micros in around.chain([0, 1, 2, 7, 8, 9, u64::MAX >> 1]) {
            let mut latencies = Latencies::default();
            latencies.record(micros);
            let (cumulative, count) = latencies.cumulative();
            assert_eq!((count, latencies.sum()), (1, micros));
            for (bound, below) in cumulative {
                assert_eq!(below, u64::from(micros < bound), "{micros} and {bound}");
            }
        }
    }

    #[test]
    fn two_workers_are_added_up() {
        let (mut one, mut two) = (Latencies::default(), Latencies::default());
        for micros in [10, 20, 1 << 30] {
            one.record(micros);
        }
        two.record(20);
        one.add(&two);
        let (cumulative, count) = one.cumulative();
        assert_eq!((count, one.sum(), &cumulative[..2]), (4, 50 + (1 << 30), &[(16, 1), (24, 3)][..]));
        assert_eq!(cumulative.last(), Some(&(1 << 24, 3)));
    }
}
