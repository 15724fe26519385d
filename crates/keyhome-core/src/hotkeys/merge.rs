//! Two summaries in one.

use alloc::{format, vec::Vec};

use super::{Counters, Estimate, HotKeys, HotKeysOptions, MAX_COUNT};
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
        let options = |of: HotKeysOptions| format!("capacity {} and window {}", of.capacity, of.window);
        let (ours, theirs) = (self.options(), other.options());
        if ours != theirs {
            let detail = format!(
                "this summary has {}, the other {}; they must be the same",
                options(ours),
                options(theirs)
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

        let mut all: Vec<(Estimate, &Counters, usize)> =
            Vec::with_capacity(self.counters.len() + other.counters.len());
        for (own, others, only_new) in [(&*self, &other, false), (&other, &*self, true)] {
            for id in 0..own.counters.len() {
                let (kept, length) = own.counters.kept(id);
                let hash = own.counters.hash(id);
                let elsewhere = match others.counters.find_kept(kept, length, hash) {
                    Some(_) if only_new => continue,
                    Some(same) => others.counters.estimate(same),
                    None => others.cells.estimate(hash),
                };
                all.push((own.counters.estimate(id).and(elsewhere), &own.counters, id));
            }
        }
        all.sort_unstable_by(|(a, of_a, id_a), (b, of_b, id_b)| {
            b.count.cmp(&a.count).then_with(|| of_a.compare_keys(*id_a, of_b, *id_b))
        });

        let mut counters = Counters::new(ours.capacity);
        let mut cells = self.cells.clone();
        cells.add(&other.cells);
        for (estimate, of, id) in all {
            let hash = of.hash(id);
            if counters.is_full() {
                cells.raise(hash, estimate.count);
            } else {
                let (kept, length) = of.kept(id);
                counters.adopt(kept, length, hash, estimate);
            }
        }
        self.total += other.total;
        self.floor = cells.highest();
        (self.counters, self.cells) = (counters, cells);
        Ok(())
    }
}
