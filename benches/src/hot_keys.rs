//! Hot keys of Zipf streams: the time of an update beside the counter of all keys that everybody writes first, and how
//! well the hottest are found beside other ways to do it in fixed memory.

use std::{
    collections::{HashMap, HashSet},
    hint::black_box,
};

use keyhome_core::{
    Error, HotKeys,
    hotkeys::{HotKey, HotKeysOptions},
};

use crate::{
    paired,
    peers::{heavy_keeper::HeavyKeeper, space_saving::SpaceSaving},
    rows::print,
    zipf::Stream,
};

const LENGTH: usize = 1 << 20;
const DISTINCT: u32 = 1_000_000;
const EXPONENTS: [f64; 3] = [0.8, 1.0, 1.2];

/// What is asked of a summary: so many of the hottest keys.
const TOP: usize = 100;

/// An update beside one of a map of all keys, which grows with their number.
pub(crate) fn rows(rounds: usize) -> Result<(), Error> {
    for exponent in EXPONENTS {
        let stream = Stream::zipf(exponent, LENGTH, DISTINCT);
        let mut hot = HotKeys::new(&HotKeysOptions::default())?;
        let mut all: HashMap<Vec<u8>, u64> = HashMap::new();
        let ours = || stream.keys().for_each(|key| _ = black_box(hot.record(black_box(key), 0)));
        let peer = || {
            for key in stream.keys() {
                match all.get_mut(black_box(key)) {
                    Some(count) => *count += 1,
                    None => _ = all.insert(key.to_vec(), 1),
                }
            }
        };
        let measured = paired::time(rounds.min(9), stream.len(), ours, peer);
        print(&format!("hot key update, Zipf {exponent}, 1M keys"), "a HashMap of all keys", 0.50, &measured);
    }
    Ok(())
}

/// How many of the hottest keys are found, and how far their counts are off.
pub(crate) fn accuracy() -> Result<(), Error> {
    println!("\nthe {TOP} hottest of {LENGTH} keys: found, and mean error of their counts");
    println!(
        "{:>5} {:>9} {:>20} {:>20} {:>20}",
        "Zipf", "counters", "keyhome", "Space-Saving", "HeavyKeeper"
    );
    for exponent in EXPONENTS {
        let stream = Stream::zipf(exponent, LENGTH, DISTINCT);
        let exact = stream.exact();
        for capacity in [128, 256, 1024] {
            let mut hot = HotKeys::new(&HotKeysOptions { capacity, window: 0 })?;
            let mut plain = SpaceSaving::new(capacity);
            let mut keeper = HeavyKeeper::new(capacity);
            for key in stream.keys() {
                hot.record(key, 0);
                plain.record(key);
                keeper.record(key);
            }
            let ours = hot.top(TOP).into_iter().map(|HotKey { key, count, .. }| (key, count)).collect();
            let [ours, plain, keeper] = [ours, plain.top(), keeper.top()].map(|top| judge(&exact, top));
            println!("{exponent:>5} {capacity:>9} {ours:>20} {plain:>20} {keeper:>20}");
        }
    }
    Ok(())
}

/// The part of the hottest keys that is in the answer, and the mean over them of how far its counts are off.
fn judge(exact: &[(Vec<u8>, u64)], mut top: Vec<(Vec<u8>, u64)>) -> String {
    top.truncate(TOP);
    // Keys as frequent as the last of the hottest are as good as it.
    let least = exact[TOP - 1].1;
    let hottest: HashMap<&[u8], u64> = exact
        .iter()
        .take_while(|(_, count)| *count >= least)
        .map(|(key, count)| (&key[..], *count))
        .collect();
    let found: HashSet<&[u8]> = top.iter().map(|(key, _)| &key[..]).collect();
    let found = found.iter().filter(|key| hottest.contains_key(*key)).count();
    let off = |(key, count): &(Vec<u8>, u64)| {
        hottest.get(&key[..]).map(|exact| count.abs_diff(*exact) as f64 / *exact as f64)
    };
    let errors: Vec<f64> = top.iter().filter_map(off).collect();
    let mean = errors.iter().sum::<f64>() / errors.len().max(1) as f64;
    format!("{:.0} %, {:.3} %", 100.0 * found as f64 / TOP as f64, 100.0 * mean)
}
