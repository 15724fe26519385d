//! Two lists side by side: how many hash values pass from each node of the one to each node of the other.

use core::ops::Range;

use crate::placement::modula::Modula;

/// Counts hash values by old and new owner, all of those below `range`, which is at most 2^32.
///
/// Two lists repeat together after the least common multiple of their lengths: one such round is walked, run by run of
/// the longer list, and counted as often as it fits the range; what the last round gives is counted on the way.
pub(super) fn compare(old: &Modula, new: &Modula, range: u64, mut each: impl FnMut(u16, u16, u64)) {
    let (a, b) = (u64::from(old.total()), u64::from(new.total()));
    let together = a / greatest_common_divisor(a, b) * b;
    let (rounds, rest) = (range / together, range % together);
    let swap = a <= b;
    let (long, short) = if swap { (new, old) } else { (old, new) };
    // Hash values below `rest` occur once more often than the others of a round.
    for (values, times) in [(0..rest, rounds + 1), (rest..together.min(range), rounds)] {
        if times == 0 {
            continue;
        }
        count_runs(long, short, values, |of_long, of_short, count| {
            let (old, new) = if swap { (of_short, of_long) } else { (of_long, of_short) };
            each(old, new, count * times);
        });
    }
}

/// Counts the hash values of a range by their owners in a long and a short list. A run of the long list that is longer
/// than the short list is counted part by part, not value by value.
fn count_runs(long: &Modula, short: &Modula, values: Range<u64>, mut each: impl FnMut(u16, u16, u64)) {
    let (long_total, short_total) = (u64::from(long.total()), u64::from(short.total()));
    let mut at = values.start;
    while at < values.end {
        let rest = at % long_total;
        let (part_end, owner) = long.part(long.position_of_rest(rest as u32));
        let end = (at - rest + part_end).min(values.end);
        if end - at > short_total {
            for ((of_short, up_to_end), (_, up_to_start)) in short.shares(end).zip(short.shares(at)) {
                each(owner, of_short, up_to_end - up_to_start);
            }
            at = end;
        }
        while at < end {
            let rest = at % short_total;
            let (part_end, of_short) = short.part(short.position_of_rest(rest as u32));
            let step_end = (at - rest + part_end).min(end);
            each(owner, of_short, step_end - at);
            at = step_end;
        }
    }
}

fn greatest_common_divisor(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}
