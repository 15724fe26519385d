//! Lines of the log that can come by the thousand, as when every request to a dead server fails: one a second is enough, and
//! a log that is slow to write, or a full disk, must not become the next trouble.

use std::time::{Duration, Instant};

const PAUSE: Duration = Duration::from_secs(1);

/// When a kind of line was logged last, and how many were not since.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct LogLimit {
    last: Option<Instant>,
    left_out: u64,
}

impl LogLimit {
    /// Whether a line may be logged now: how many were left out before it.
    pub(crate) fn admit(&mut self, now: Instant) -> Option<u64> {
        if self.last.is_some_and(|last| now.saturating_duration_since(last) < PAUSE) {
            self.left_out += 1;
            return None;
        }
        self.last = Some(now);
        Some(std::mem::take(&mut self.left_out))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_a_second() {
        let (mut limit, start) = (LogLimit::default(), Instant::now());
        assert_eq!(limit.admit(start), Some(0));
        assert_eq!(limit.admit(start), None);
        assert_eq!(limit.admit(start + PAUSE / 2), None);
        assert_eq!(limit.admit(start + PAUSE), Some(2));
        assert_eq!(limit.admit(start + PAUSE), None);
    }
}
