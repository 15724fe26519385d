//! Two things timed in turn.

use std::time::Instant;

/// What timing two things in turn gave.
pub(crate) struct Paired {
    /// Median nanoseconds of one operation of ours.
    pub(crate) ours: f64,
    /// Median nanoseconds of one operation of the peer.
    pub(crate) peer: f64,
    /// The median over rounds of our time through the peer's in the same round.
    pub(crate) ratio: f64,
}

/// Runs both `rounds` times in turn, after one round that does not count. Each does `operations` a run.
pub(crate) fn time(
    rounds: usize,
    operations: usize,
    mut ours: impl FnMut(),
    mut peer: impl FnMut(),
) -> Paired {
    let clock = |run: &mut dyn FnMut()| {
        let start = Instant::now();
        run();
        start.elapsed().as_nanos() as f64 / operations as f64
    };
    clock(&mut ours);
    clock(&mut peer);
    let pairs: Vec<(f64, f64)> = (0..rounds).map(|_| (clock(&mut ours), clock(&mut peer))).collect();
    Paired {
        ours: median(pairs.iter().map(|pair| pair.0)),
        peer: median(pairs.iter().map(|pair| pair.1)),
        ratio: median(pairs.iter().map(|pair| pair.0 / pair.1)),
    }
}

/// The middle one, or the upper of the two in the middle.
pub(crate) fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
