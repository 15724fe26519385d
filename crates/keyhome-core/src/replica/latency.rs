//! A moving average of latencies that rises at once and falls with time, in whole numbers: the same bits everywhere.
//!
//! It is the "peak EWMA" of Finagle (twitter/finagle `finagle-core/.../loadbalancer/p2c/P2CPeakEwma.scala`): a latency
//! above the average replaces it, one below pulls it down by how long ago the last one was, and without any it falls
//! towards nothing. Finagle's `exp` is a halving every 2^20 µs here, with a parabola in between
//! that starts as steep as the curve: so many small steps fall as far as a large one.

/// Bits behind the point of a latency in microseconds.
const FRACTION: u32 = 12;

/// What is longer counts as this: 2^30 µs, 18 minutes.
const MICROSECONDS_MAX: u64 = 1 << 30;

/// An average halves in 2^20 µs, about a second.
const HALF_LIFE_BITS: u32 = 20;

/// A half-life in: `1 - STEEP * t + FLATTER * t * t`, which is a half at 1. STEEP is ln 2 in 2^-20.
const STEEP: u64 = 726_817;
const FLATTER: u64 = STEEP - (1 << (HALF_LIFE_BITS - 1));

/// A latency; 0 where none is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Latency(u64);

impl Latency {
    pub(super) const UNKNOWN: Self = Self(0);

    #[inline]
    pub(super) const fn from_microseconds(microseconds: u64) -> Self {
        let most = if microseconds < MICROSECONDS_MAX { microseconds } else { MICROSECONDS_MAX };
        Self(most << FRACTION)
    }

    /// Rounded; `None` where none is known.
    pub(super) fn microseconds(self) -> Option<u64> {
        (self != Self::UNKNOWN).then_some((self.0 + (1 << (FRACTION - 1))) >> FRACTION)
    }

    #[inline]
    pub(super) const fn half(self) -> Self {
        Self(self.0 / 2)
    }

    pub(super) fn double(self) -> Self {
        Self(self.0 * 2)
    }

    /// What is left of it after a time without news.
    #[inline]
    pub(super) fn after(self, elapsed: u64) -> Self {
        // 42 bits: nothing is left of them long before 63.
        let halved = self.0 >> (elapsed >> HALF_LIFE_BITS).min(63);
        let part = elapsed & ((1 << HALF_LIFE_BITS) - 1);
        let steep = STEEP - ((FLATTER * part) >> HALF_LIFE_BITS);
        // Twice 42 bits times 20.
        Self(halved - ((((halved * part) >> HALF_LIFE_BITS) * steep) >> HALF_LIFE_BITS))
    }

    /// For how many requests, this one included, it has to be waited.
    #[inline]
    pub(super) fn times(self, requests: u64) -> u64 {
        self.0.saturating_mul(requests)
    }
}

/// The average and when it last moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Average {
    pub(super) latest: Latency,
    at: u64,
}

impl Average {
    /// What it has fallen to.
    #[inline]
    pub(super) fn now(&self, now: u64) -> Latency {
        self.latest.after(now.saturating_sub(self.at))
    }

    pub(super) fn set(&mut self, latency: Latency, now: u64) {
        *self = Self { latest: latency, at: now };
    }

    pub(super) fn observe(&mut self, microseconds: u64, now: u64) {
        // Known is above 0, however quick.
        let latency = Latency(Latency::from_microseconds(microseconds).0.max(1));
        if latency >= self.latest {
            return self.set(latency, now);
        }
        let above = Latency(self.latest.0 - latency.0);
        let left = above.after(now.saturating_sub(self.at));
        // Too soon to move it by a bit: the time goes on counting, or many quick replies would never pull it down.
        if left < above {
            self.set(Latency(latency.0 + left.0), now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1 << HALF_LIFE_BITS;

    #[test]
    fn it_halves_and_never_rises_in_between() {
        let start = Latency::from_microseconds(1000);
        assert_eq!(start.after(0), start);
        assert_eq!(start.after(SECOND), start.half());
        assert_eq!(start.after(10 * SECOND).0, start.0 >> 10);
        for elapsed in [64 * SECOND, 1 << 40, u64::MAX] {
            assert_eq!(start.after(elapsed).0, 0);
        }
        let mut last = start;
        for elapsed in (0..4 * SECOND).step_by(97) {
            let now = start.after(elapsed);
            // But for the last bits of the parabola.
            assert!(now.0 <= last.0 + 1, "{elapsed}");
            let exact = start.0 as f64 * (-(elapsed as f64) / SECOND as f64).exp2();
            assert!((0.99..1.001).contains(&(now.0 as f64 / exact)), "{elapsed}");
            last = now;
        }
    }

    #[test]
    fn peaks_count_at_once_and_are_forgotten_with_time() {
        let mut average = Average::default();
        average.observe(200, 0);
        assert_eq!(average.latest.microseconds(), Some(200));
        average.observe(5000, 1000);
        assert_eq!(average.latest.microseconds(), Some(5000));
        // Replies each 100 µs: after a second half of the peak is forgotten, however many there were.
        for at in 0..SECOND / 100 {
            average.observe(200, 1000 + at * 100);
        }
        assert!((2590..2620).contains(&average.latest.microseconds().unwrap()), "{average:?}");
        // Replies each microsecond forget nearly as much: bits are lost.
        let mut average = Average::default();
        average.observe(5000, 0);
        for at in 0..SECOND {
            average.observe(200, at);
        }
        assert!((2590..2800).contains(&average.latest.microseconds().unwrap()), "{average:?}");
    }

    #[test]
    fn nothing_overflows() {
        let mut average = Average::default();
        average.observe(u64::MAX, u64::MAX);
        assert_eq!(average.latest.microseconds(), Some(MICROSECONDS_MAX));
        average.observe(0, 0);
        assert_eq!(average.now(0).times(u64::MAX), u64::MAX);
        average.observe(0, u64::MAX);
        assert_eq!(average.now(u64::MAX), average.latest);
    }
}
