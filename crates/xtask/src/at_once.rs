//! Work that is done several at a time.

use std::ops::ControlFlow;
use std::sync::{Mutex, PoisonError, mpsc};
use std::thread;

/// Does the work on each item, in their order and so many at a time, and shows what came of it here as soon as it is done.
/// After one that breaks no other begins, and those that have begun come to their end and are shown.
pub(crate) fn each<T, D: Send>(
    at_once: usize,
    items: impl IntoIterator<Item = T, IntoIter: Send>,
    work: impl Fn(T) -> ControlFlow<D, D> + Sync,
    mut show: impl FnMut(D),
) {
    let waiting = Mutex::new(items.into_iter().fuse());
    let (sender, receiver) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..at_once {
            let (sender, waiting, work) = (sender.clone(), &waiting, &work);
            scope.spawn(move || {
                let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).next();
                while let Some(item) = next() {
                    let done = match work(item) {
                        ControlFlow::Continue(done) => done,
                        ControlFlow::Break(done) => {
                            while next().is_some() {}
                            done
                        }
                    };
                    // Nobody listens any more only where showing has panicked.
                    if sender.send(done).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        receiver.into_iter().for_each(&mut show);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_are_done_and_shown() {
        let mut shown = Vec::new();
        each(3, 0..100, |item| ControlFlow::Continue(item * 2), |done| shown.push(done));
        shown.sort_unstable();
        assert_eq!(shown, (0..200).step_by(2).collect::<Vec<_>>());
    }

    #[test]
    fn after_one_that_breaks_no_other_begins() {
        let mut shown = Vec::new();
        let work = |item| if item == 3 { ControlFlow::Break(item) } else { ControlFlow::Continue(item) };
        each(1, 0..100, work, |done| shown.push(done));
        assert_eq!(shown, [0, 1, 2, 3]);
    }
}
