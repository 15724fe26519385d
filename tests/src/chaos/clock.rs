//! One clock for all programs of a run, and who was not let run.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use rustix::time::{ClockId, clock_gettime};

use super::history::Starved;

/// Microseconds of CLOCK_MONOTONIC: Node's `hrtime` and Python's `monotonic_ns` are the same clock.
pub fn now() -> u64 {
    let now = clock_gettime(ClockId::Monotonic);
    now.tv_sec as u64 * 1_000_000 + now.tv_nsec as u64 / 1000
}

/// So often it looks; what is not much later than that is no starvation.
const EVERY: u64 = 20_000;

/// A thread that notes when it was not run, though it wanted to be. It stands for the programs that cannot tell: the proxy, and
/// the relays.
#[derive(Debug)]
pub struct Watch {
    ending: Arc<AtomicBool>,
    thread: JoinHandle<Vec<Starved>>,
}

impl Watch {
    /// Begins.
    pub fn begin() -> Self {
        let ending = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&ending);
        let thread = thread::spawn(move || {
            let mut starved = Vec::new();
            let mut before = now();
            while !seen.load(Ordering::Relaxed) {
                thread::sleep(Duration::from_micros(EVERY));
                let at = now();
                let micros = (at - before).saturating_sub(EVERY);
                if micros > EVERY {
                    starved.push(Starved { client: None, begin: before, end: at, micros });
                }
                before = at;
            }
            starved
        });
        Self { ending, thread }
    }

    /// What it saw.
    pub fn end(self) -> Vec<Starved> {
        self.ending.store(true, Ordering::Relaxed);
        self.thread.join().expect("it only sleeps")
    }
}
