//! Two summaries in one.

use alloc::format;

use super::{Counters, HotKeys, MAX_COUNT};
use crate::error::{Error, ErrorKind};

impl HotKeys {
    /// Adds what another summary counted, as if this one had seen its stream as well: bounds and the promise of
    /// [`total`](Self::total) hold for both streams together. Which of the two is merged into the other does not
    /// matter. The older one is first halved for the windows that the newer one has seen begin.
    ///
    /// A key that only one of them gave a counter may have been counted by the other in its cell, and so becomes that
    /// much less certain.
    ///
    /// Errors: `hotkeys.merge` where their options differ, or both together counted more than [`MAX_COUNT`]; nothing is
    /// changed then.
    pub fn merge(&mut self, other: &Self) -> Result<(), Error> {
        let (ours, theirs) = (self.options(), other.options());
        if ours != theirs {
            let detail = format!(
                "capacity and window are {} and {}, those of the other {} and {}; they must be the same",
                ours.capacity, ours.window, theirs.capacity, theirs.window
            );
            return Err(Error::new(ErrorKind::HotkeysMerge, detail));
        }
        let mut other = other.clone();
        let window = self.windows.current().max(other.windows.current());
        other.advance_to(window);
        if other.total > MAX_COUNT - (self.total >> self.windows.passed(window)) {
            let detail = "both together counted more than 2^53 - 1 times";
            return Err(Error::new(ErrorKind::HotkeysMerge, detail));
        }
        self.advance_to(window);

        // The keys of both, for as long as it takes to choose among them.
        let mut all = Counters::new(2 * ours.capacity);
        for (own, others, only_new) in [(&*self, &other, false), (&other, &*self, true)] {
            for id in 0..own.counters.len() {
                let key = own.counters.key(id);
                let elsewhere = match others.counters.find_kept(key) {
                    Some(_) if only_new => continue,
                    Some(same) => others.counters.estimate(same),
                    None => others.cells.estimate(key.hash),
                };
                all.adopt(key, own.counters.estimate(id).and(elsewhere));
            }
        }
        let mut counters = Counters::new(ours.capacity);
        let mut cells = self.cells.clone();
        cells.add(&other.cells);
        for id in all.ordered() {
            let (key, estimate) = (all.key(id), all.estimate(id));
            if counters.is_full() {
                cells.raise(key.hash, estimate.count);
            } else {
                counters.adopt(key, estimate);
            }
        }
        self.total += other.total;
        self.floor = cells.highest();
        (self.counters, self.cells) = (counters, cells);
        Ok(())
    }
}
