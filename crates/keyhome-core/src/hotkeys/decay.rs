//! When counts are halved.

/// Windows of equal length from time 0, and which of them it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Windows {
    /// 0: there is one window, which never ends.
    length: u64,
    current: u64,
    end: u64,
}

impl Windows {
    pub(super) fn new(length: u64) -> Self {
        Self::at(length, 0)
    }

    /// The window of this number.
    pub(super) fn at(length: u64, current: u64) -> Self {
        let end = if length == 0 { u64::MAX } else { current.saturating_add(1).saturating_mul(length) };
        Self { length, current, end }
    }

    pub(super) fn length(&self) -> u64 {
        self.length
    }

    pub(super) fn current(&self) -> u64 {
        self.current
    }

    #[inline]
    pub(super) fn is_over(&self, now: u64) -> bool {
        now >= self.end
    }

    /// The number of the window in which `now` lies.
    pub(super) fn number_at(&self, now: u64) -> u64 {
        now.checked_div(self.length).unwrap_or(0)
    }

    /// How often counts are to be halved up to the window of this number: at most 63 times, which leaves nothing of any.
    pub(super) fn passed(&self, window: u64) -> u32 {
        window.saturating_sub(self.current).min(63) as u32
    }

    /// Moves to the window of this number, unless it is past; returns how often counts are to be halved.
    pub(super) fn advance_to(&mut self, window: u64) -> u32 {
        let passed = self.passed(window);
        if passed > 0 {
            *self = Self::at(self.length, window);
        }
        passed
    }
}
