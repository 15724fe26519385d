//! Many things at the same time.

use std::{panic::resume_unwind, thread};

/// Does it to each, all at once, and gives what came of it in their order. A panic of one is ours.
pub(crate) fn each<I: Sync, T: Send>(items: &[I], does: impl Fn(&I) -> T + Sync) -> Vec<T> {
    thread::scope(|scope| {
        let does = &does;
        let threads: Vec<_> = items.iter().map(|item| scope.spawn(move || does(item))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    })
}
