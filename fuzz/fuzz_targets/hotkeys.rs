#![no_main]
//! Any bytes as a summary of hot keys: a clear error, or one that keeps its promises and can be sent on. And any bytes
//! as a stream, beside a count of everything.

use std::collections::BTreeMap;

use keyhome::HotKeys;
use keyhome::hotkeys::{Estimate, HotKeysOptions, MAX_COUNT};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    match HotKeys::from_bytes(bytes) {
        Ok(summary) => any_summary(summary),
        Err(error) => assert!(error.code() == "hotkeys.bytes" && !error.detail().is_empty()),
    }
    stream(bytes);
});

fn any_summary(mut summary: HotKeys) {
    promises(&summary);
    let again = HotKeys::from_bytes(&summary.to_bytes()).expect("its own bytes");
    assert_eq!(again.top(usize::MAX), summary.top(usize::MAX));
    assert_eq!((again.total(), again.floor()), (summary.total(), summary.floor()));
    if summary.merge(&again).is_err() {
        assert!(summary.total() > MAX_COUNT / 2, "what fits can be merged");
    }
    promises(&summary);
    for number in 0..20_u64 {
        summary.record_many(number.to_le_bytes(), number, number << 50);
        promises(&summary);
    }
    HotKeys::from_bytes(&summary.to_bytes()).expect("its own bytes");
}

fn promises(summary: &HotKeys) {
    let capacity = summary.options().capacity;
    assert!(summary.len() <= capacity);
    assert!(summary.floor() * capacity as u64 <= summary.total());
    for key in summary.top(3) {
        assert!(key.error <= key.count && key.count <= summary.total());
    }
}

/// The first byte is the capacity; then three bytes for each key: which, how often, how much later.
fn stream(bytes: &[u8]) {
    const WINDOW: u64 = 64;
    let Some((capacity, acts)) = bytes.split_first() else { return };
    let options = HotKeysOptions { capacity: 1 + usize::from(capacity % 32), window: WINDOW };
    let mut hot = HotKeys::new(&options).expect("good options");
    let mut exact: BTreeMap<u8, u64> = BTreeMap::new();
    let (mut now, mut window) = (0, 0);
    for act in acts.chunks_exact(3) {
        now += u64::from(act[2] / 16);
        while window < now / WINDOW {
            window += 1;
            exact.values_mut().for_each(|count| *count /= 2);
        }
        let certain = hot.record_many([act[0]], act[1].into(), now);
        let count = exact.entry(act[0]).or_default();
        *count += u64::from(act[1]);
        assert!(certain <= *count);
    }
    promises(&hot);
    for (key, exact) in exact {
        let Estimate { count, error } = hot.estimate([key]);
        assert!(count - error <= exact && exact <= count);
    }
}
